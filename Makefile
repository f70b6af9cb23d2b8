# The commands of this repository, for whoever looks here first: `make` or `make help` lists them. Each is one line, and works
# without make as well. Settings come from the environment, .env, and for deployments from deploy/environments.
.DEFAULT_GOAL := help
.PHONY: help start test check bench migrate deploy blue-green finish canary live healthcheck smoke backup restore drill

TAG ?=
ENVIRONMENT ?=
URL ?= http://127.0.0.1:8080

# Commands read them as variables of the shell, as they were given: nothing in them is a command.
given := TAG ENVIRONMENT URL PERCENT TO FROM ARGS
$(foreach name,$(given),$(eval override $(name) := $$(value $(name))))
export $(given)

# Says which variable a command lacks.
need = @[ -n "$$$(1)" ] || { echo "make $@: set $(1), such as $(1)=$(2)" >&2; exit 2; }
# Says that a command works with the settings of this machine alone.
here = @[ -z "$$ENVIRONMENT" ] || { echo "make $@: takes no ENVIRONMENT, but the settings of this shell and .env" >&2; exit 2; }

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

start: ## the gateway with a database of its own, on this machine
	npm start

test: ## everything that is checked: npm test
	npm test

check: ## the quick part of it, for while you work
	npm run check

bench: ## measurements; ARGS says which: ARGS=intake
	npm run bench -- $$ARGS

migrate: ## migrate the database of ENVIRONMENT by release TAG; ARGS=status asks only
	$(call need,TAG,1.2.3)
	deploy/bin/migrate "$${ENVIRONMENT:--}" "$$TAG" $$ARGS

deploy: ## replace the running release by TAG, a process at a time, and go back when it does not get ready
	$(call need,TAG,1.2.3)
	deploy/bin/deploy "$$TAG"

blue-green: ## send all requests to TAG at once, and keep the release before; the way back too
	$(call need,TAG,1.2.3)
	deploy/bin/blue-green "$$TAG"

finish: ## stop what blue-green has kept
	deploy/bin/blue-green --finish

canary: ## send PERCENT of the requests to TAG; 0 leads back, 100 goes on
	$(call need,TAG,1.2.3)
	$(call need,PERCENT,10)
	deploy/bin/canary "$$TAG" "$$PERCENT"

live: ## which releases have requests, and how many of a hundred
	deploy/bin/live

healthcheck: ## ask the process at URL whether it is ready
	$(here)
	npm run healthcheck -- "$$URL"

smoke: ## send a test lead through the api at URL and follow it
	$(here)
	npm run smoke -- "$$URL"

backup: ## write a checked backup into the folder TO
	$(call need,TO,/var/backups/leads)
	$(here)
	npm run backup -- --to "$$TO" $$ARGS

restore: ## restore the newest backup in FROM into an empty database
	$(call need,FROM,/var/backups/leads)
	$(here)
	npm run restore -- "$$FROM" $$ARGS

drill: ## try the newest backup in FROM, and leave nothing
	$(call need,FROM,/var/backups/leads)
	$(here)
	npm run restore -- --drill "$$FROM" $$ARGS
