# help COMMAND, manual pages, and completion in the shells themselves (those that are
# installed).
. "$(dirname "$0")/lib.sh"
commands=$("$REGATTA" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
check 'many commands' [ "$(echo "$commands" | wc -l)" -ge 17 ]

# regatta help.
"$REGATTA" --help >all
expect 0 "$REGATTA" help
same out all
for command in $commands; do
    "$REGATTA" "$command" --help >all
    expect 0 "$REGATTA" help "$command"
    same out all
done
expect 0 "$REGATTA" help evaluate --pairs
check 'the second form' grep -q 'MODEL --pairs FILE' out
expect 0 "$REGATTA" help evaluate --logged
check 'the third form' grep -q 'MODEL --logged LOG' out
refuse 2 "unknown command 'trian'; did you mean 'train'" "$REGATTA" help trian

# A manual page for each command, which names every option of its help.
options_of() { "$REGATTA" help "$@" | sed -n 's/^ \{2,6\}\(-[a-zA-Z], \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p'; }
names_options() { # PAGE COMMAND...
    page=$1
    shift
    for option in $(options_of "$@"); do
        grep -q -e "fB$(echo "$option" | sed 's/-/\\\\-/g')" "$page" || return 1
    done
}
expect 0 "$REGATTA" man
for command in $commands; do
    check "regatta(1) names $command" grep -q "fB$command" out
done
for command in $commands; do
    "$REGATTA" man "$command" >page.1 || fail "no page of $command"
    check "a page of $command" grep -q "^.TH REGATTA-$(echo "$command" | tr a-z A-Z) 1 " page.1
    check "$command: its page names every option" names_options page.1 "$command"
    if command -v mandoc >lint; then
        mandoc -T lint -W warning page.1 2>&1 | grep -v 'missing date' >lint
        check "$command: $(head -1 lint)" [ ! -s lint ]
    fi
    if command -v groff >lint; then
        groff -man -Tascii -ww page.1 2>lint >/dev/null
        check "$command: $(head -1 lint)" [ ! -s lint ]
    fi
done
"$REGATTA" man evaluate >page.1
check 'the forms of evaluate' names_options page.1 evaluate --pairs
check 'the forms of evaluate' names_options page.1 evaluate --logged
refuse 2 'unknown command' "$REGATTA" man trian

# Completion.
refuse 2 'unknown shell' "$REGATTA" completion csh
for shell in bash zsh fish; do "$REGATTA" completion $shell >complete.$shell || fail $shell; done
echo x >some-file
echo x >other-file

# completes LINE WORD...: the last word of the line has exactly these completions.
completes() {
    line=$1
    shift
    check "$shell: '$line' gives $(complete_$shell "$line" | tr '\n' ' ')instead of $*" \
        [ "$(complete_$shell "$line" | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]
}

# bash reads the words of a line as readline splits them: at blanks and at `=`.
complete_bash() {
    bash --norc -c '
        . ./complete.bash
        line=$1
        COMP_WORDS=() COMP_LINE=$line COMP_POINT=${#line}
        read -ra COMP_WORDS <<<"${line//=/ = }"
        case $line in *[\ =]) COMP_WORDS+=("") ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _regatta
        printf "%s\n" "${COMPREPLY[@]}"' - "$1"
}
complete_fish() {
    HOME=$work fish --no-config -c 'source complete.fish; complete -C "$argv[1]"' "$1" 2>/dev/null | cut -f 1
}

every_shell() {
    completes 'regatta tr' train
    completes 'regatta train --atte' --attention
    completes 'regatta train --attention ga' gat gatv2
    completes 'regatta evaluate --positiv' --positive
    completes 'regatta recommend some' some-file
    completes 'regatta recommend --users oth' other-file
    completes 'regatta help expl' explain
    completes 'regatta man expl' explain
    completes 'regatta completion z' zsh
}
kinds=$("$REGATTA" help train | tr -d '\n' | sed 's/.*--attention KIND[^(]*(\([^;]*\);.*/\1/')
check "kinds of attention: $kinds" sh -c "echo '$kinds' | grep -q gatv2"
if command -v bash >/dev/null; then
    shell=bash
    every_shell
    completes 'regatta train --attention=ga' gat gatv2
    completes 'regatta train --channels vectors,it' vectors,items
    completes 'regatta recommend m --users=som' some-file
    completes 'regatta recommend m -k '  ''
    for command in $commands; do
        options_of $command | sort >wanted
        complete_bash "regatta $command --" | sort -u >had
        check "bash: every option of $command" [ -z "$(comm -23 wanted had)" ]
    done
fi
if command -v fish >/dev/null; then
    shell=fish
    check 'fish parses it' fish --no-config -n complete.fish
    every_shell
    completes 'regatta train --channels vectors,items,user' vectors,items,users
fi
# zsh completes on a terminal of its own.
if command -v zsh >/dev/null; then
    check 'zsh parses it' zsh -n complete.zsh
    mkdir functions
    cp complete.zsh functions/_regatta
    cat >terminal.zsh <<'END'
zmodload zsh/zpty || exit 2
zpty terminal "PS1=READY TERM=dumb HISTFILE= zsh -f -i"
zpty -w terminal "fpath=($PWD/functions \$fpath); autoload -U compinit; compinit -D -u; setopt nobeep; echo LOADED\$((1 + 1))"
zpty -r terminal seen '*LOADED2*' || exit 3
zpty -n -w terminal "$1"$'\t'
zpty -r terminal seen "*$2*" || exit 4
zpty -d terminal
END
    for pair in 'regatta tra|regatta train ' 'regatta train --atten|--attention=' \
        'regatta train --attention gatv|gatv2 ' 'regatta recommend some|some-file ' \
        'regatta evaluate --positiv|--positive=' 'regatta help expl|explain '; do
        check "zsh: $pair" timeout 60 zsh -f terminal.zsh "${pair%|*}" "${pair#*|}"
    done
fi
finish
