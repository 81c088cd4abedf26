#!/bin/sh
# make handout [LESSON=] [PAPER=letter]: the sheets for a class, HTML and PDF.
# The A4 PDFs of the whole are kept in docs/handout/; all else is in build/.
. "${0%/*}/lib.sh"

paper=${PAPER:-a4}
case $paper in
a4 | letter) ;;
*) die "PAPER=$paper is not a paper: take a4 or letter." ;;
esac
[ -z "$LESSON" ] || find_lesson
[ -d solutions ] || die "The handout is made from solutions/, which is not here."

# Fonts are looked for too: without them the pages would come out in others.
missing=''
for tool in python3 pandoc weasyprint; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -z "$missing" ]; then
    for font in 'Charis' 'Inconsolata'; do
        fc-list : family | grep -q "^$font" || missing="$missing $font"
    done
fi
if [ -n "$missing" ]; then
    as=''
    [ "$(id -u)" = 0 ] || as='sudo '
    command="apt-get install -y pandoc weasyprint fonts-sil-charis fonts-inconsolata"
    if command -v dnf >/dev/null; then
        command="dnf install -y pandoc weasyprint sil-charis-fonts levien-inconsolata-fonts"
    elif command -v brew >/dev/null; then
        as='' command="brew install pandoc weasyprint font-charis-sil font-inconsolata"
    fi
    die "Missing for the handout:$missing. To install:
$as$command"
fi

# A fixed date: the same sources give the same bytes.
export SOURCE_DATE_EPOCH=0
trap 'rm -rf build/handout.new' EXIT
rm -rf build/handout.new
mkdir -p build/handout.new build/handout
"$python" tests/commands/handout.py build build/handout.new "$paper" ${LESSON:+"$LESSON"}
if [ "$paper" = a4 ] && [ -z "$LESSON" ]; then
    mv build/handout.new/*.pdf docs/handout/
    say docs/handout/*.pdf
fi
for file in build/handout.new/*; do
    mv "$file" build/handout/
    say "build/handout/${file##*/}"
done
