#!/bin/sh
# Words that the project's English does not use, with the ones to use instead. Prints each
# as `file:line: word: text` and fails when there is one.
#
#   tests/check_words.sh [ROOT]
cd "${1:-.}" || exit 2
export LC_ALL=C
found=0

# avoid WORDS INSTEAD: an extended regular expression of whole words
avoid() {
    lines=$(grep -rnwE --include='*.md' --include='*.[ch]' -e "$1" \
        README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs bench/README.md datasets/debian/README.md \
        include src tests/support) || return 0
    printf '%s\n' "$lines" | sed "s|\$|    <- $2|"
    found=1
}

avoid 'futures' 'scenarios'
avoid 'lend|lends' 'items of similar users'
avoid 'likeness' 'similarity'
avoid 'casting' 'column roles'
avoid 'somebody|anybody|nobody|himself|his|him|he' 'the user, they'
avoid '(gate|channel|slice)s? (speaks?|says?|is silent)' 'applies, shows'
avoid 'priors?' 'edge weight, ridge weight, anchor'
avoid 'offers' 'samples'
avoid 'attended' 'reweighted'
avoid 'words on stderr' 'messages'
exit $found
