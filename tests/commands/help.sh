#!/bin/sh
# make: what this is, how far you are, what comes next, and the commands.
. "${0%/*}/lib.sh"

say "Berkeley sockets in C, one call a lesson, beside the Python you know."
say
progress
while read -r name state; do
    colour=''
    case $state in
    done) colour=$green ;;
    changed) colour=$yellow state="changed since it was checked" ;;
    "not done") colour=$red ;;
    esac
    case $name/$state in 07-*/done)
        [ "$count" = "$all" ] || state="passes; done when all before it are" ;;
    esac
    printf '  %-18s%s%s%s\n' "$name" "$colour" "$state" "$off"
done <<END
$states
END
say
next_step
say

# The Makefile's ## comments; one too long for 80 columns is broken.
awk -F ':.*## ' '
    /^[a-z]+:.*## / {
        command = $1 == "help" ? "make" : "make " $1
        if (length($2) > 63)
            sub(/ [[(]/, sprintf("\n%16s", "") "&", $2)
        printf "  %-15s%s\n", command, $2
    }' Makefile
