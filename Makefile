# Two commands do everything: `make run` and `make test`. Each sets up what it needs first.
.PHONY: run test check bench setup

# Where Python may not keep what it compiled, each start compiles over a thousand files again, for two seconds.
unexport PYTHONDONTWRITEBYTECODE

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
