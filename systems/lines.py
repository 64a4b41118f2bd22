"""Lines: what servers, some of their tools, and the person are asked, by which a new question finds its way.

They are the default of `QuestionKnobs.lines`; a policy may say it better. A key is `server`, `server.tool`, `person`,
or `world` for facts of the world outside; each sentence stands for itself. Servers without a line are known by what
their tools say of themselves.
"""

from __future__ import annotations

from systems.lines_translated import TRANSLATED

ENGLISH: dict[str, str] = {
    "git": (
        "Commits, history and log; who changed what and when; branches, tags, merges, diffs and uncommitted work. "
        "Which changes were made since last week? Who wrote this, and in which commit? When was this feature added, "
        "merged, released or tagged? Which authors contributed, and how many commits did each make? When was this file"
        " last changed, and by whom? How did this file develop over time? Why was this line changed, according to the "
        "commit message? What is the id of the newest commit? Was this ever reverted, renamed or removed in the past? "
        "List the tags. Which version tag is the newest? What came in with the last release? What has my colleague "
        "been working on lately? What was merged yesterday? Who introduced this bug, and when? What did we do in the "
        "last sprint? How many people have worked on the code? When did the project start? Which commit does this "
        "version correspond to? Has this already been merged into main? What is the newest commit on the branch about?"
        " Whose change was that? Are my changes committed? Did anything change since yesterday? Which files change "
        "most often? Show the log of the folder. Is the repository up to date? What are the differences from the "
        "previous version? On which day was the file renamed or deleted? How many lines were added or deleted by the "
        "last change? Which changes went into the release? Is anything staged at the moment? What is ready to be "
        "committed? Which files does version control not track yet? Who wrote this line of code, and when? What is the"
        " hash of HEAD? Where do two branches part? Which reason was given for a change? Did somebody undo the change?"
        " What is on the stash? Which remotes are set up? Catch me up on what happened in the repository. Who has "
        "worked on this file? Which author has the most commits? What did the code look like before the change? Is the"
        " fix part of the release? How do the two tags differ? Since when has this feature existed? How did the file "
        "look before? How did the code look in an older release? Blame for a line. Was the change reverted? Who was it"
        " that took this out, moved it or gave it another name? Was it removed on purpose, as far as the history "
        "tells?"
    ),
    "git.git_log": (
        "Who created, added or deleted this file? What were the last commits? Who changed the file most recently? "
        "Give the commit history of the project over the past days. Who is the author of the latest commit? Which "
        "commit introduced or broke this? How many commits were made this month? Who last edited this? Who is behind "
        "this change? Which commits touched this path? Show the history of a file. Log of a file. Log of a folder "
        "since a date. What happened in the repository today? Which commits are not pushed yet? Which commit is "
        "tagged with this version? When was it released, according to the tags? Which commit deleted the file? In "
        "which commit was the function removed? Who wrote most of this code? Contributors of the project. How active "
        "was the project last year? How many commits are there in total? What did somebody commit last week? Has "
        "anybody worked on this recently? What is new since the last tag? Summarise the recent changes. Last three "
        "commits. The first commit of the project. Oldest commit. Latest tag. Why did we change this, does the "
        "history tell? Did the pull request land on the main branch? Which commit brought in the dependency? Which "
        "commits were cherry-picked, squashed or reverted? Show the reflog. Who has contributed the most lately? Was "
        "this there at the last release?"
    ),
    "git.git_show": (
        "What did the last commit change? What did commit 1f2e3d4c do? Show one commit with its message and patch. "
        "Patch of a commit. Message of a commit. Parent of a commit. Date and author of a commit. Contents of a file "
        "at an earlier revision."
    ),
    "git.git_status": (
        "Which uncommitted changes are in the working tree? Is the working copy clean, or are there untracked, "
        "modified or conflicting files? What is uncommitted? Any local modifications? Status of the working tree. "
        "Which files are untracked? Which files have I changed? Are there merge conflicts? Is a rebase going on? Is "
        "HEAD detached? Is a merge, a rebase or a cherry-pick in progress? Is there anything uncommitted? Is the "
        "working directory clean?"
    ),
    "git.git_diff_unstaged": (
        "What have I edited but not yet added to the index? Show the unstaged diff. Unstaged changes."
    ),
    "git.git_diff_staged": (
        "What is staged and would go into the next commit? Show the staged changes. What did I add to the index? What "
        "will the next commit contain? Staged diff."
    ),
    "git.git_diff": (
        "What is different between two branches, tags or releases? Compare a branch with main. How far has my branch "
        "diverged from the remote? Changes between two tags. Which files differ between two commits? What changed on "
        "my branch compared with main? What differs from the remote branch? How does the working tree differ from the "
        "upstream branch?"
    ),
    "git.git_branch": (
        "What is the name of the current branch? Which branches exist? Is one branch ahead of the other? Is the "
        "branch merged? Which branch was merged last? Which branches are stale? What is the default branch? When was "
        "the branch created? Who created the branch? List remote branches. Which commits are only on this branch? Am "
        "I on the right branch? Which branch is checked out? Which branches contain this commit? What was done on "
        "this branch? Which branch is the oldest? Which branches are merged or unmerged? Which upstream does the "
        "branch track?"
    ),
    "filesystem": (
        "What files say, contents of folders, sizes, dates and permissions of files, whether a file exists. What is "
        "written in the configuration file? Which version or setting does the file give? What does the documentation "
        "say about the installation? How much space does the folder take? Do we have a file of this name? Which "
        "dependencies are declared in the manifest? Is there documentation in the project? How many files are in a "
        "directory? Which scripts can I run from this folder? Does the project have a test folder? What is the "
        "content of the settings? What is the first heading of the guide? Which port does the configuration file set? "
        "What is the newest file in the folder? Where on disk is it kept, and how much room does it take? Is the file "
        "readable and not empty? What is the name of the package, according to its manifest? What kind of image is "
        "it? What does the log file say at its end? Compare the contents of two files. What do the installation notes "
        "tell? When was this file on disk last modified? Are there backup or temporary files lying around? Where do "
        "the images lie? How many lines does the file have? Which of the files is the oldest? What is the last line "
        "of the file? Give me the text of the licence that lies in the project. Which entry does the list in the file "
        "begin with? Which requirements does the specification state? What does the proposal say? What is written in "
        "the design document? Which tasks are on the task list? Where in the tree do the files of this kind lie?"
    ),
    "filesystem.list_directory": (
        "Which files and folders are in the project? List the contents of the directory. What is inside the docs "
        "folder? Is the folder empty? Are there any subdirectories here? What is in a folder? Contents of the "
        "directory. Files in the folder. Is the folder there? Which text files are there? Which data files do we "
        "have? How many files are there? Show hidden files. Do we have a Dockerfile, a makefile or a lock file? Does "
        "a readme lie in each folder?"
    ),
    "filesystem.list_directory_with_sizes": (
        "Which file in the folder is the biggest? List files with their sizes. Which is the biggest file? Which files "
        "are largest? Newest file in a folder."
    ),
    "filesystem.read_text_file": (
        "What does the file say? Open and show the text of a document. Print the first lines of a file. Show the end "
        "of the log file. Let me see what it contains. Read a file aloud. Quote the third paragraph of the page. Show "
        "the file. Print a file. Cat the file. Open the manifest and tell me the version in it. Read the "
        "documentation file and sum it up. What is in the readme? What does the changelog say about the release? What "
        "is configured in the settings file? Which value does the configuration have for the port? Which options are "
        "set in the file? Which packages are pinned in the lock file? Which scripts does the manifest define? Which "
        "targets does the build file have? Which licence does the project have, according to its licence file? How "
        "many lines long is the file? How long is the document? First lines of a file. Last lines of the log file. "
        "Tail of the log file. Show the schema file. Which columns does the data file have? What does the test data "
        "look like? What is the heading of the document? Which chapters does the manual have? Which keys does the "
        "JSON or YAML file have? Which services does the compose file start? Which steps does the pipeline define? "
        "What do the headings of the document say? Which boxes of the list are ticked? What do the release notes say? "
        "What does the environment file set? Which requirements does the spec have?"
    ),
    "filesystem.get_file_info": (
        "How large is a file in bytes? When was the file saved on disk or created? What is the modification date of "
        "this file on disk? Does the file exist? Who may read or execute it? Size of a file. Size of a folder. When "
        "was the file on disk last modified? Time stamp of a file. When was the file created on disk? Permissions of "
        "a script. Is the file empty? What kind of file is this? Which mode does the file have, and who may write to "
        "it? Is the script executable? Is it a symbolic link?"
    ),
    "filesystem.directory_tree": (
        "Show the tree of folders and how the project is laid out in directories. Subfolders of the package. Overview "
        "of the folders. Layout of the project."
    ),
    "filesystem.search_files": (
        "Find a file by its name. In which folder is the file? Which files have this extension? Is there a file with "
        "this name? Is there a folder of that name? Are there files with this ending? Files ending in a certain "
        "extension. Where is the file of this name? Find all files of a name. All files with an ending. Which test "
        "files are there for a module?"
    ),
    "filesystem.list_allowed_directories": "Which folders may you read?",
    "time": (
        "Current time and date in a city or time zone, conversion between time zones, daylight saving time. What is "
        "the time difference between two cities? By how many hours is one place ahead of or behind another? What is "
        "the UTC offset of a zone? Does daylight saving or summer time apply there now? Are the clocks in winter "
        "time? Which time zone does the city use? How many hours are left until midnight somewhere else? What is the "
        "local time of our colleagues abroad? Is the office over there open at this hour? Which date is it tomorrow? "
        "Is this year a leap year? Which zone is further east? What is the time difference to headquarters? What "
        "year, month and day do we have? When do the clocks change? How far ahead or behind is a country? Express "
        "nine o'clock in the morning here in the time of another country. How far behind one city is another? How "
        "late is it over there now? When it is noon at home, what do the clocks show abroad? Which week of the year "
        "is it? Is it the weekend there already? Are they still at work in that city? when is that in another city? "
        "Difference in hours between two cities. How much later is it in one city than in another? How many hours is "
        "one city ahead of another? How many hours apart are two cities? Which time zone is a city in? Which time "
        "zone applies in a country? Offset of a zone from UTC. Have the clocks been changed already? How long until "
        "midnight in a city? How long until the meeting at five o'clock in another city? Do we still have the same "
        "day there? Which of two cities is ahead? Which country is earlier? Are they behind us?"
    ),
    "time.get_current_time": (
        "What is today's date? What time is it now in this city? How late is it? Which day of the week, month or year "
        "is it today? Is it day or night there? Has the new day begun in another country? What is the time? What time "
        "do we have? Current time. The time now in a city. Time in a city right now. What's the hour over there? Local"
        " time in a country. The date today. Today's date in a given format. Date of tomorrow. Which day is it? Which "
        "weekday is today? What month is it? What year do we have? Which week is it? Is it morning or evening over "
        "there? Is it still yesterday over there? Is it past midnight there? Is it night in that city? Is it daylight "
        "saving time in a city? Is it summer time in a country now? What is the time stamp now? Give the date and the "
        "time. Is it Monday, Tuesday or Wednesday already? Will it be Thursday or Friday there? Is it Saturday or "
        "Sunday in that country? Is it January or February? The date and time now in ISO format. The Unix time stamp "
        "now. Has the working day over there ended? Which date goes on top of a new entry? Today's date for the name "
        "of a folder. Which time stamp does what I publish now get?"
    ),
    "time.convert_time": (
        "Convert 16:30 in one time zone to another. When it is 5 in the afternoon here, what time is it there? At "
        "what local time does the meeting start for the others? The call begins at 11am in one city; when is that in "
        "another? What does 20:15 UTC correspond to in local time? Five o'clock in one city in the time of another "
        "city. From one time zone to another. Nine o'clock in one zone in another zone. When it is noon in one city, "
        "what time is it in another city? What time is that for us? What is that in local time? At what time does the "
        "call start for the team in another city? The window opens at five o'clock, and when is that for us? Half "
        "past nine EST, CET, GMT or PST in UTC. In our time, when does the shop over there open?"
    ),
    "search": "Finds text in the source code: where names are defined, used, called, imported or mentioned.",
    "search.search": (
        "Where is this name used, called or defined? Where is this function, class, method or constant defined? Where "
        "is the variable set? In which file is the type declared? Which code calls or uses this function? Who calls "
        "this method? Where do we call it? In which files does a word occur? Find every mention of a term. Which "
        "modules import this library? What depends on this module? Where is an exception thrown or caught? Which "
        "classes implement the interface? Find comments, notes, markers and hard-coded values in the code. Search the "
        "sources for secrets. Is this still used anywhere? Do we do this anywhere in the code? Is there code that "
        "opens sockets? Which places write to the log? Where in the code is a message produced? Which tests exercise "
        "this function? Which functions accept this parameter? Where are the handlers registered? Where in the code is"
        " the time zone handled? Which code opens files or folders? Where is the commit message parsed in the sources?"
        " Which functions read the configuration? Where is the error message written? Which parts of the code use the "
        "database? What code handles logins? Where do we validate the input? Find each line with a certain word. Look "
        "up all uses of a helper. Is this constant used more than once? Which classes have a method of this name? "
        "Where does this text appear? Which files contain a given string? Is the old name still mentioned anywhere? "
        "Who is the caller of this routine? Which tests mention it? What imports that package? Where is the entry "
        "point of the program? Search the code for a word. Grep for a pattern. Does anything still refer to the old "
        "address? Are there any statements of this kind left in the code? Is this technique used anywhere? Show all "
        "hits for a text. Find usages. Which lines have a note to do something later? Which parts of the program touch"
        " this variable? Usages of a function. Callers of a method. Definition of a class. Declaration of a variable. "
        "Who calls a name? What calls a name? What uses a name? What references a name? Where is a name used? Where is"
        " a name defined? Where is a name called? Is a name used anywhere? Is a name ever read? Does anything still "
        "use a name? Where does a word occur? Which files mention a word? Which file contains a word? All occurrences "
        "of a term in the docs. Every place with a certain address. Every occurrence of a word. Where do we open the "
        "database? Where is the password checked? Where do we handle the error? Where do we catch the exception? Where"
        " does the message come from? Which part of the code writes this? Which function sends the mail? In which file"
        " is the route defined? Which modules use a name? Which modules depend on a file? What imports a module? "
        "Subclasses of a class. Implementations of an interface. Classes that inherit from a name. Tests for a class. "
        "Tests that cover a function. Commented-out code. Look for a pattern in the sources. Look for a text in all "
        "files. Grep. Locate the code for the login. Find the implementation of a feature. Find where something is "
        "computed. Is there a function that does this? Is there code for this already? Which code is responsible for "
        "this? Lines that match an expression. Where is the constant set? Does the string occur anywhere? Show every "
        "occurrence of a name. List all queries in the code. List every endpoint that the code defines. Which source "
        "files contain a certain text? Is a library imported somewhere? Which class derives from another? Which code "
        "reads or writes a table? Are calls of this kind left over? Which tests cover this case? Does a test check it?"
        " Any use of floats, threads, globals or regular expressions in the code base? Where is the signal, the event "
        "or the request handled? Where is the header or the flag set? Which enum or interface has this member? Which "
        "code talks to the endpoint? Where is the decorator applied? Which functions are asynchronous or deprecated? "
        "Is the same thing written twice in the code? Which code builds the report or sends the mail? What breaks when"
        " I rename or remove a name? What would a change of this function affect? Do the tests use or replace this? Do"
        " we use one way or the other of doing it in the code? Which requirement or scenario mentions a topic? Every "
        "requirement with a certain word. Which queries use a table? Which files use a helper?"
    ),
    "search.advanced-search": "Which lines match a pattern? Show code that matches this regular expression.",
    "search.count-matches": (
        "How often is a name used in the source code? Count the occurrences of a string. In how many places is it "
        "hard-coded? How often does a word appear? How many times is a name called? How many calls of a function are "
        "there? How many comments of a kind are left?"
    ),
    "person": (
        "Which option do you prefer? Should it be this or that? Do you like it? What do you want it to be called? "
        "Which would you rather have? What is your favourite? How should it look and feel to the users? How important "
        "is this to you? Is one thing more important than another? What should be done first, and what can wait? Is "
        "that acceptable to you? Is it fine if it takes longer? May I do this? Do we have permission to? Am I allowed "
        "to? Who has to approve, decide or sign this? How much money may it cost? What is the budget? Can we afford "
        "it? By when must it be finished? When is the deadline? What was promised to customers or agreed with "
        "partners? What do our users, customers or managers want? How many customers do we expect? What is the "
        "purpose and who is it for? Why was this decision taken by the team? Who is responsible for this in the "
        "company? What are our company's plans, priorities and legal rules? Would you accept this trade-off? What did "
        "the manager, the client or the lawyer say? Should we support this at all? How strict or simple do you want "
        "it? What style or wording do you wish? Shall I go on? Do you agree? What do you think about it? Which of "
        "these matters most for the business? What is the strategy for next year? Which date format do you want? "
        "Which database should we use? What should the error messages say? How should the search behave? When should "
        "we hold the meeting? Should I delete the folder? May I push to main or rewrite the history? Which branch "
        "should we release from? Do you want one file or several? Should the log be kept? Which of the files may be "
        "thrown away? Should the time be shown in local time or in UTC? How long should the history be kept? Is the "
        "name of the class all right? How many users will there be? What is the most important use case? Which "
        "platforms must be supported? How fast must it be? What would be good enough? Who pays for it? Who is the "
        "contact at the customer? Who will maintain it? Is somebody allowed to see this data? Is there a legal "
        "requirement? What is your opinion? What was said in the meeting? What is the reason for this decision? Would "
        "it be better to wait? Which risk are we willing to take? Do you insist on this? Is that urgent? Where should "
        "the new part go, in your opinion? How should our messages be worded? What convention would you like us to "
        "follow? Are you happy with it? How do you feel about this? Do you mind if I change it? What is in your "
        "interest? What would please the users most? Which of these would you choose? Can you live with that? How "
        "many people do we have for this? Whose approval do I need? Is this what you had in mind? Do you prefer one "
        "or the other? Which one do you like better? Shall we take the first or the second? Which colour do you like? "
        "What should the text on the page say? What shall we name it? Is the name good? Should we do it at all? Is it "
        "worth the effort? Should we support this platform? Should this be the default? Should it be shown or hidden? "
        "What matters more to you? What would you leave out? Which feature comes first? What is good enough? How much "
        "may we spend? How much money do we have? What does it cost us? How high is the budget? Is there money for a "
        "new server? Are we allowed to use this library? Are we allowed to publish this? May I change the file? May I "
        "commit this? May I merge the branch? May I drop the table? Is it all right to break the interface? Is it ok "
        "to change the format? Is it ok if it takes a week longer? Is it fine to remove the old code? Is it "
        "acceptable to lose data? Who approves the release? Who decides about the date? Who owns the product? Who is "
        "in charge? Who is our contact? Whom do I ask? Who will take care of it? When does the customer expect it? "
        "When do you need it? What did the boss say? What do the users complain about? Which users asked for it? How "
        "many customers use it? What do our customers need? What is our strategy? What tone should we use? Do you "
        "approve the plan? Do you agree with the proposal? Are you content with the result? Did the lawyer approve? "
        "Do we have the consent of the users? How important is it to our users? How many people are on the team? "
        "Which tool does the team like? Why do we want this? What is the goal behind it? What worries you? What must "
        "never happen? May I take this for granted? Did the other department agree? How much do we spend on this in a "
        "year? Which rules apply to our company? Who will read this or work with it? Who is it made for?"
    ),
    "world": (
        "What is the population, capital or height of a place? Who won the prize? When was a famous person born? Who "
        "discovered or invented it? What is the weather forecast? Will it rain tomorrow? What is the price or the "
        "exchange rate? How is the economy doing? Who is the president of the country? What does a word mean? How far "
        "is it to the moon? What is the latest news about a company? How much does it cost to buy one? How many "
        "people work at a company? How long does it take to fly to another country? Which language do people speak "
        "there? What is the best book on the subject? Who is the best singer in the world? When did the war end? "
        "Which river is the longest? How many inhabitants does the city have? What is the tallest building? How much "
        "does a licence of the product cost? What do other companies use? Which team won last night? How hot is it "
        "there today? Who founded the company? What does the page on the web say? Look it up on the internet. "
        "Recommend a restaurant. How old is a famous building? What is the current price of a share or a coin? What "
        "is the meaning of this word? Who wrote the novel? What happened in the world in that year? What is the "
        "capital of a country? How high is a mountain? How tall is a building? How old is an actor? Who won the "
        "match? Who won the championship? Who is the head of a company? Who is the king? Who painted the picture? "
        "What is the price of gold? What does a ticket cost? How is the weather in a city? Is it raining in a city? "
        "How warm is it in a city? How many people live in a city? How far is one city from another? What is the "
        "speed of light? What is the boiling point? Which country is the largest? Which planet is nearest? When did a "
        "famous person die? When was a company founded? What is the stock worth? What is the latest version of a "
        "product on the market? What is on the news? What do the papers say? Translate a word into another language. "
        "What is the recipe? Which phone is the best? What is the law in a country?"
    ),
}
LINES: dict[str, str] = {key: " ".join(filter(None, (line, TRANSLATED.get(key)))) for key, line in ENGLISH.items()}
