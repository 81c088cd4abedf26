# The learner's commands. `make` alone shows them, and how far you are.
# Each is a script in tests/commands/; what it takes is said there.

SHELL = /bin/sh
export LESSON GAP SERVER CLIENT PORT FAULT LIMIT FULL BATSFLAGS DIR PAPER CC CFLAGS

.DEFAULT_GOAL = help
.PHONY: help run test check diff trace hint solution reset watch faults \
	picture handout grade bench clean

help: ## this page: how far you are, and what comes next
	@sh tests/commands/help.sh

run: ## the complete pair, once [LESSON=, SERVER=python, CLIENT=python, PORT=]
	@sh tests/commands/run.sh

check: ## checks the lessons in order, up to the first not done [LESSON=]
	@sh tests/commands/check.sh

diff: ## Python and C side by side: the sources, then the outputs (LESSON=)
	@sh tests/commands/diff.sh

trace: ## the calls of both, side by side (LESSON=)
	@sh tests/commands/trace.sh

hint: ## one more hint each time (LESSON=) [GAP=]
	@sh tests/commands/hint.sh

solution: ## how your file differs from the solution (LESSON=)
	@sh tests/commands/solution.sh

reset: ## the starter again; your file is kept beside it (LESSON=)
	@sh tests/commands/reset.sh

watch: ## checks again at each save (LESSON=)
	@sh tests/commands/watch.sh

faults: ## your lesson 07 under every fault
	@sh tests/commands/faults.sh

picture: ## a run of yours, drawn as a sequence picture (LESSON=)
	@sh tests/commands/picture.sh

handout: ## the sheets for a class, HTML and PDF [LESSON=, PAPER=letter]
	@sh tests/commands/handout.sh

grade: ## the checks over a class's submissions (DIR=)
	@sh tests/commands/grade.sh

bench: ## C beside Python: time, memory, calls
	@sh tests/commands/bench.sh

test: ## the course tests itself [FULL=1]
	@sh tests/commands/test.sh

clean: ## removes what was built
	@sh tests/commands/clean.sh
