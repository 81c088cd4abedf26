# A learner's way through the course, in a clean copy whose path has a space.

bats_require_minimum_version 1.5.0
load ../commands

setup() {
    fresh_copy
}

@test "from a clean copy to 7 of 7" {
    bar=''
    for number in 01 02 03 04 05 06; do
        run -2 course check
        shows "$number-" ✗ "make hint LESSON=$number"
        solve "$number"
        bar=$bar#
        run -0 course check
        shows "[$bar-" "of 7" "Next: "
        [[ $output != *✗* ]]
    done
    run -0 course check
    shows "[#######] 7 of 7" "make faults"
}
