# Comments of the headers as Doxygen reads them: of the file, before a declaration, or
# behind a member.
1s|^/\* |/** @file\n * |
s|^\([[:space:]]*\)/\* |\1/** |
s|\([^[:space:]].*\)/\* |\1/**< |
# Text that Doxygen would take for its own marks.
/@file/!s|@|\\@|g
/^#/!s|\([^\]\)#\([A-Za-z]\)|\1\\#\2|g
/^#/!s|<\([A-Za-z]*\)>|\\<\1\\>|g
s|`\([^`]*\)`|<tt>\1</tt>|g
