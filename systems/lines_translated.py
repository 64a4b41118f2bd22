"""Lines in German, French and Spanish: the local embedding model knows English, so others need words to be found by."""

from __future__ import annotations

TRANSLATED: dict[str, str] = {
    "git": (
        "Auf welchem Zweig arbeite ich? Welche Branches gibt es? Wer hat das geändert, und wann? Was wurde zuletzt "
        "committet? Zeige den Verlauf der Änderungen. Welche Commits kamen seit gestern dazu? Was habe ich geändert "
        "und noch nicht eingecheckt? Ist das Arbeitsverzeichnis sauber? Was ist der Unterschied zwischen den beiden "
        "Versionen? Welche Tags gibt es? Von wem stammt die Änderung? Was steht in der letzten Commit-Nachricht? Sur "
        "quelle branche est-ce que je travaille ? Quelles branches existent ? Qui a modifié ce fichier, et quand ? "
        "Quels sont les derniers commits ? Montre l'historique des modifications. Qu'est-ce que j'ai modifié sans "
        "l'avoir validé ? Quelle est la différence entre les deux versions ? Quelles étiquettes y a-t-il ? Qui est "
        "l'auteur du changement ? Quel est le message du dernier commit ? ¿En qué rama estoy? ¿Qué ramas existen? "
        "¿Quién cambió este archivo y cuándo? ¿Cuáles son los últimos commits? Muestra el historial de cambios. ¿Qué "
        "cambios no he confirmado todavía? ¿Cuál es la diferencia entre las dos versiones? ¿Qué etiquetas hay? ¿Quién "
        "es el autor del cambio? ¿Qué dice el mensaje del último commit? Wer hat die Datei zuletzt geändert oder "
        "bearbeitet? Qui a modifié ce fichier en dernier ? Quand ce fichier a-t-il été ajouté ? ¿Quién modificó el "
        "archivo por última vez?"
    ),
    "filesystem": (
        "Was steht in der Datei? Zeige den Inhalt der Datei. Welche Dateien und Ordner gibt es? Was ist im Ordner? "
        "Liste das Verzeichnis auf. Wie groß ist die Datei? Gibt es eine Datei mit diesem Namen? Lies die ersten "
        "Zeilen. Wann wurde die Datei gespeichert? Wie sind die Verzeichnisse aufgebaut? "
        "Que contient le fichier ? Montre le contenu du fichier. Quels fichiers et dossiers y a-t-il ? Qu'y a-t-il "
        "dans le dossier ? Liste le répertoire. Quelle est la taille du fichier ? Existe-t-il un fichier de ce nom ? "
        "Lis les premières lignes. Quand le fichier a-t-il été enregistré ? Quelle est la structure des répertoires ? "
        "¿Qué dice el archivo? Muestra el contenido del fichero. ¿Qué archivos y carpetas hay? ¿Qué hay en la "
        "carpeta? Lista el directorio. ¿Qué tamaño tiene el archivo? ¿Existe un archivo con este nombre? Lee las "
        "primeras líneas. ¿Cuándo se guardó el archivo? ¿Cómo están organizados los directorios?"
    ),
    "time": (
        "Wie spät ist es dort? Wie viel Uhr ist es jetzt? Welches Datum ist heute? Welcher Wochentag ist heute? "
        "Rechne die Uhrzeit in eine andere Zeitzone um. Wie groß ist die Zeitverschiebung? Wenn es hier neun Uhr ist, "
        "wie spät ist es dann dort? Gilt dort die Sommerzeit? "
        "Quelle heure est-il là-bas ? Quelle est la date d'aujourd'hui ? Quel jour sommes-nous ? Convertis l'heure "
        "dans un autre fuseau horaire. Quel est le décalage horaire ? S'il est neuf heures ici, quelle heure est-il "
        "là-bas ? Est-ce l'heure d'été ? "
        "¿Qué hora es allí? ¿Qué fecha es hoy? ¿Qué día es hoy? Convierte la hora a otra zona horaria. ¿Cuál es la "
        "diferencia horaria? Si aquí son las nueve, ¿qué hora es allí? ¿Es horario de verano?"
    ),
    "search": (
        "Wo wird diese Funktion aufgerufen oder benutzt? Wo ist die Klasse definiert? In welchen Dateien kommt das "
        "Wort vor? Suche alle Stellen im Code. Wer ruft die Methode auf? Wie oft kommt der Text vor? Welche Module "
        "importieren das Paket? Wo im Quelltext steht diese Meldung? "
        "Où cette fonction est-elle appelée ou utilisée ? Où la classe est-elle définie ? Quels fichiers contiennent "
        "ce mot ? Cherche toutes les occurrences dans le code. Qui appelle cette méthode ? Combien de fois le texte "
        "apparaît-il ? Quels modules importent ce paquet ? Où dans le code source se trouve ce message ? "
        "¿Dónde se llama o se usa esta función? ¿Dónde está definida la clase? ¿En qué archivos aparece la palabra? "
        "Busca todas las apariciones en el código. ¿Quién llama a este método? ¿Cuántas veces aparece el texto? ¿Qué "
        "módulos importan el paquete? ¿En qué parte del código está este mensaje?"
    ),
    "person": (
        "Was ist dir lieber? Welche Variante gefällt Ihnen besser? Soll es so oder so sein? Wie viel darf es kosten? "
        "Was möchte der Kunde? Wer entscheidet das? Darf ich das löschen? Bis wann muss es fertig sein? Wie soll es "
        "heißen? Was ist am wichtigsten? Sollen wir das unterstützen? Was ist der Zweck? "
        "Que préférez-vous ? Quelle variante vous plaît le plus ? Faut-il le faire ainsi ? Combien cela peut-il "
        "coûter ? Que veut le client ? Qui décide ? Puis-je le supprimer ? Pour quand doit-on finir ? Comment doit-il "
        "s'appeler ? Qu'est-ce qui est le plus important ? Devons-nous le prendre en charge ? Quel est le but ? "
        "¿Qué prefieres? ¿Qué opción te gusta más? ¿Debe ser así o así? ¿Cuánto puede costar? ¿Qué quiere el "
        "cliente? ¿Quién decide? ¿Puedo borrarlo? ¿Para cuándo debe estar listo? ¿Cómo debe llamarse? ¿Qué es lo más "
        "importante? ¿Debemos admitirlo? ¿Cuál es el propósito?"
    ),
    "world": (
        "Wie viele Einwohner hat das Land? Wie heißt die Hauptstadt? Wer hat gewonnen? Wie wird das Wetter morgen? "
        "Was kostet das im Laden? Wann wurde die berühmte Person geboren? "
        "Combien d'habitants a ce pays ? Quelle est la capitale ? Qui a gagné ? Quel temps fera-t-il demain ? Quel "
        "est le prix ? Quand est née cette personne célèbre ? "
        "¿Cuántos habitantes tiene el país? ¿Cuál es la capital? ¿Quién ganó? ¿Qué tiempo hará mañana? ¿Cuál es el "
        "precio? ¿Cuándo nació esa persona famosa?"
    ),
}
