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
        "merged, released or tagged? Which authors contributed, and how many commits did each make? When was this "
        "file last changed, and by whom? How did this file develop over time? Why was this line changed, according "
        "to the commit message? What is the id of the newest commit? Was this ever reverted, renamed or removed in "
        "the past? List the tags. Which version tag is the newest? What came in with the last release? What has my "
        "colleague been working on lately? What was merged yesterday? Who introduced this bug, and when? What did we "
        "do in the last sprint? How many people have worked on the code? When did the project start? Which commit "
        "does this version correspond to? Has this already been merged into main? What is the newest commit on the "
        "branch about? Whose change was that? Are my changes committed? Did anything change since yesterday? Which "
        "files change most often? Show the log of the folder. Is the repository up to date? What are the differences "
        "from the previous version? On which day was the file renamed or deleted? How many lines were added or "
        "deleted by the last change? Which changes went into the release? Is anything staged at the moment? What is "
        "ready to be committed? Which files does version control not track yet? Who wrote this line of code, and "
        "when? What is the hash of HEAD? Where do two branches part? Which reason was given for a change? Did "
        "somebody undo the change? What is on the stash? Which remotes are set up? Catch me up on what happened in "
        "the repository. Who has worked on this file? Which author has the most commits? What did the code look like "
        "before the change? Is the fix part of the release? How do the two tags differ?"
    ),
    "git.git_log": (
        "Who created, added or deleted this file? What were the last commits? Who changed the file most recently? "
        "Give the commit history of the project over the past days. Who is the author of the latest commit? Which "
        "commit introduced or broke this? How many commits were made this month?"
    ),
    "git.git_show": (
        "What did the last commit change? What did commit 1f2e3d4c do? Show one commit with its message and patch."
    ),
    "git.git_status": (
        "Which uncommitted changes are in the working tree? Is the working copy clean, or are there untracked, "
        "modified or conflicting files?"
    ),
    "git.git_diff_unstaged": "What have I edited but not yet added to the index? Show the unstaged diff.",
    "git.git_diff_staged": "What is staged and would go into the next commit? Show the staged changes.",
    "git.git_diff": "What is different between two branches, tags or releases? Compare a branch with main.",
    "git.git_branch": (
        "What is the name of the current branch? Which branches exist? Is one branch ahead of the other?"
    ),
    "filesystem": (
        "What files say, contents of folders, sizes, dates and permissions of files, whether a file exists. What is "
        "written in the configuration file? Which version or setting does the file give? What does the documentation "
        "say about the installation? How much space does the folder take? Do we have a file of this name? Which "
        "dependencies are declared in the manifest? Is there documentation in the project? How many files are in a "
        "directory? Which scripts can I run from this folder? Does the project have a test folder? What is the "
        "content of the settings? What is the first heading of the guide? Which port does the configuration file "
        "set? What is the newest file in the folder? Where on disk is it kept, and how much room does it take? Is "
        "the file readable and not empty? What is the name of the package, according to its manifest? What kind of "
        "image is it? What does the log file say at its end? Compare the contents of two files. What do the "
        "installation notes tell? When was this file on disk last modified? Are there backup or temporary files "
        "lying around? Where do the images lie? How many lines does the file have? Which of the files is the oldest? "
        "What is the last line of the file? Give me the text of the licence that lies in the project. Which entry "
        "does the list in the file begin with?"
    ),
    "filesystem.list_directory": (
        "Which files and folders are in the project? List the contents of the directory. What is inside the docs "
        "folder? Is the folder empty? Are there any subdirectories here?"
    ),
    "filesystem.list_directory_with_sizes": ("Which file in the folder is the biggest? List files with their sizes."),
    "filesystem.read_text_file": (
        "What does the file say? Open and show the text of a document. Print the first lines of a file. Show the end "
        "of the log file. Let me see what it contains. Read a file aloud. Quote the third paragraph of the page."
    ),
    "filesystem.get_file_info": (
        "How large is a file in bytes? When was the file saved on disk or created? What is the modification date of "
        "this file on disk? Does the file exist? Who may read or execute it?"
    ),
    "filesystem.directory_tree": "Show the tree of folders and how the project is laid out in directories.",
    "filesystem.search_files": (
        "Find a file by its name. In which folder is the file? Which files have this extension?"
    ),
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
        "is it? Is it the weekend there already?"
    ),
    "time.get_current_time": (
        "What is today's date? What time is it now in this city? How late is it? Which day of the week, month or "
        "year is it today? Is it day or night there? Has the new day begun in another country?"
    ),
    "time.convert_time": (
        "Convert 16:30 in one time zone to another. When it is 5 in the afternoon here, what time is it there? At "
        "what local time does the meeting start for the others? The call begins at 11am in one city; when is that in "
        "another? What does 20:15 UTC correspond to in local time?"
    ),
    "search": "Finds text in the source code: where names are defined, used, called, imported or mentioned.",
    "search.search": (
        "Where is this name used, called or defined? "
        "Where is this function, class, method or constant defined? Where is the variable set? In which file is the "
        "type declared? Which code calls or uses this function? Who calls this method? Where do we call it? In which "
        "files does a word occur? Find every mention of a term. Which modules import this library? What depends on "
        "this module? Where is an exception thrown or caught? Which classes implement the interface? Find comments, "
        "notes, markers and hard-coded values in the code. Search the sources for secrets. Is this still used "
        "anywhere? Do we do this anywhere in the code? Is there code that opens sockets? Which places write to the "
        "log? Where in the code is a message produced? Which tests exercise this function? Which functions accept "
        "this parameter? Where are the handlers registered? Where in the code is the time zone handled? Which code "
        "opens files or folders? Where is the commit message parsed in the sources? Which functions read the "
        "configuration? Where is the error message written? Which parts of the code use the database? What code "
        "handles logins? Where do we validate the input? Find each line with a certain word. Look up all uses of a "
        "helper. Is this constant used more than once? Which classes have a method of this name? Where does this "
        "text appear? Which files contain a given string? Is the old name still mentioned anywhere? Who is the "
        "caller of this routine? Which tests mention it? What imports that package? Where is the entry point of the "
        "program? Search the code for a word. Grep for a pattern. Does anything still refer to the old address? Are "
        "there any statements of this kind left in the code? Is this technique used anywhere? Show all hits for a "
        "text. Find usages. Which lines have a note to do something later? Which parts of the program touch this "
        "variable?"
    ),
    "search.advanced-search": "Which lines match a pattern? Show code that matches this regular expression.",
    "search.count-matches": (
        "How often is a name used in the source code? Count the occurrences of a string. In how many places is it "
        "hard-coded?"
    ),
    "person": (
        "Which option do you prefer? Should it be this or that? Do you like it? What do you want it to be called? "
        "Which would you rather have? What is your favourite? How should it look and feel to the users? How "
        "important is this to you? Is one thing more important than another? What should be done first, and what can "
        "wait? Is that acceptable to you? Is it fine if it takes longer? May I do this? Do we have permission to? Am "
        "I allowed to? Who has to approve, decide or sign this? How much money may it cost? What is the budget? Can "
        "we afford it? By when must it be finished? When is the deadline? What was promised to customers or agreed "
        "with partners? What do our users, customers or managers want? How many customers do we expect? What is the "
        "purpose and who is it for? Why was this decision taken by the team? Who is responsible for this in the "
        "company? What are our company's plans, priorities and legal rules? Would you accept this trade-off? What "
        "did the manager, the client or the lawyer say? Should we support this at all? How strict or simple do you "
        "want it? What style or wording do you wish? Shall I go on? Do you agree? What do you think about it? Which "
        "of these matters most for the business? What is the strategy for next year? Which date format do you want? "
        "Which database should we use? What should the error messages say? How should the search behave? When should "
        "we hold the meeting? Should I delete the folder? May I push to main or rewrite the history? Which branch "
        "should we release from? Do you want one file or several? Should the log be kept? Which of the files may be "
        "thrown away? Should the time be shown in local time or in UTC? How long should the history be kept? Is the "
        "name of the class all right? How many users will there be? What is the most important use case? Which "
        "platforms must be supported? How fast must it be? What would be good enough? Who pays for it? Who is the "
        "contact at the customer? Who will maintain it? Is somebody allowed to see this data? Is there a legal "
        "requirement? What is your opinion? What was said in the meeting? What is the reason for this decision? "
        "Would it be better to wait? Which risk are we willing to take? Do you insist on this? Is that urgent? Where "
        "should the new part go, in your opinion? How should our messages be worded? What convention would you like "
        "us to follow? Are you happy with it? How do you feel about this? Do you mind if I change it? What is in "
        "your interest? What would please the users most? Which of these would you choose? Can you live with that? "
        "How many people do we have for this? Whose approval do I need? Is this what you had in mind?"
    ),
    "world": (
        "What is the population, capital or height of a place? Who won the prize? When was a famous person born? Who "
        "discovered or invented it? What is the weather forecast? Will it rain tomorrow? What is the price or the "
        "exchange rate? How is the economy doing? Who is the president of the country? What does a word mean? How "
        "far is it to the moon? What is the latest news about a company? How much does it cost to buy one? How many "
        "people work at a company? How long does it take to fly to another country? Which language do people speak "
        "there? What is the best book on the subject? Who is the best singer in the world? When did the war end? "
        "Which river is the longest? How many inhabitants does the city have? What is the tallest building? How much "
        "does a licence of the product cost? What do other companies use? Which team won last night? How hot is it "
        "there today? Who founded the company? What does the page on the web say? Look it up on the internet. "
        "Recommend a restaurant. How old is a famous building? What is the current price of a share or a coin? What "
        "is the meaning of this word? Who wrote the novel? What happened in the world in that year?"
    ),
}
LINES: dict[str, str] = {key: " ".join(filter(None, (line, TRANSLATED.get(key)))) for key, line in ENGLISH.items()}
