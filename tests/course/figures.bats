# The figures: drawn by the script that is here, readable, and true to a run.

setup_file() {
    # Not the slow shim of a version manager.
    PYTHON=$(command -v /usr/bin/python3 || command -v python3)
    export PYTHON
    export TOP="$BATS_TEST_DIRNAME/../.."
    export DRAWN="$BATS_FILE_TMPDIR/drawn"
    [ -d "$TOP/solutions" ] || skip "the exchange is a run of solutions/"
    mkdir "$DRAWN"
    cd "$TOP" && "$PYTHON" tests/commands/figures.py "$DRAWN" 3>&- 4>&-
}

@test "each figure is what the script draws, and the exchange what a run gives" {
    diff -r "$DRAWN" "$TOP/docs/figures" >"$BATS_TEST_TMPDIR/diff" || {
        sed -n 1,8p "$BATS_TEST_TMPDIR/diff"
        echo "Draw them again: python3 tests/commands/figures.py docs/figures"
        return 1
    }
}

@test "each figure has a text alternative, and its words are readable" {
    "$PYTHON" - "$TOP"/docs/figures/*.svg <<'PYTHON'
import re
import sys
import xml.etree.ElementTree as tree

SVG = '{http://www.w3.org/2000/svg}'
wrong = []
for path in sys.argv[1:]:
    root = tree.parse(path).getroot()
    name, width = path.rsplit('/', 1)[1], float(root.get('width'))
    height, boxes = float(root.get('height')), []
    for tag in ('title', 'desc'):
        if len(root.findtext(SVG + tag) or '') < 10:
            wrong.append('%s: no <%s>' % (name, tag))
    if width != 720 or '@import' in open(path).read():
        wrong.append(name + ': not 720 wide, or needs another file')
    for size in re.findall(r'(\d+)px', root.findtext(SVG + 'style')):
        if int(size) < 11:
            wrong.append('%s: text of %s px' % (name, size))
    for text in root.iter(SVG + 'text'):
        kind, words = text.get('class').split(), text.text
        size = 12 if {'m', 's'} & set(kind) else 13
        # DejaVu's widths, the widest of the fonts that are named.
        w = len(words) * size * (0.602 if 'm' in kind else 0.56)
        x, y = float(text.get('x')), float(text.get('y'))
        x -= w / 2 if 'c' in kind else w if 'e' in kind else 0
        box = (x, y - 9, x + w, y + 2, words)
        if x < 4 or x + w > width - 4 or y > height - 4:
            wrong.append('%s: outside: %s' % (name, words))
        for other in boxes:
            if (box[0] < other[2] and other[0] < box[2] and
                    box[1] < other[3] and other[1] < box[3]):
                wrong.append('%s: %s over %s' % (name, words, other[4]))
        boxes.append(box)
sys.exit('\n'.join(wrong) or None)
PYTHON
}

@test "the exchange shows each call of the pair, and what causes what" {
    for words in 'bind(3, 0.0.0.0:8080)' 'connect(3, 127.0.0.1:8080)' \
        '>connection<' '>17 bytes<' '>end of stream<' '127.0.0.1:54321'; do
        grep -qF "$words" "$TOP/docs/figures/exchange.svg" || {
            echo "It does not show $words"
            return 1
        }
    done
}
