# shellcheck shell=bash
# Ports for the tests of the commands. take_ports leaves two ports in $port and
# $spare that no other test of this machine uses. A process of its own holds
# them, until the bats that asked for them ends, however it ends.

take_ports() {
    local course=$BATS_TEST_DIRNAME/../..
    mkfifo "$BATS_FILE_TMPDIR/ports"
    exec 9> >(exec 3>&- 4>&- 9>&-; exec python3 -c '
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from programs import Ports
ports = Ports()
with open(sys.argv[2], "w") as answer:
    print(ports.port, ports.spare, file=answer)
sys.stdin.read()' "$course/tests/check" "$BATS_FILE_TMPDIR/ports")
    read -r port spare <"$BATS_FILE_TMPDIR/ports"
    export port spare
}
