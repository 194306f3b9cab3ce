# Two commands do everything: `make run` and `make test`. Each sets up what it needs first.
.PHONY: run test check bench setup

run: setup
	@.venv/bin/assay demo

setup:
	@scripts/setup python web

test:
	@scripts/test

check:
	@scripts/check

bench:
	@scripts/bench
