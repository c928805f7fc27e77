// Made by `make openapi` from packages/http/openapi.json. Do not edit.
export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process runs */
        get: operations["isLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the database answers */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The types of events and where their schemas are */
        get: operations["listEventSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas/events/{type}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The JSON Schema of the data of a type of events */
        get: operations["readEventSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What Plinth counts, for Prometheus */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/postings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post a journal entry
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Several commands in one request
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["runBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gl-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chart of accounts, by code
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["listGlAccounts"];
        put?: never;
        /**
         * Add a GL account to the chart
         * @description Needs the permission `manage_chart`: operator, admin.
         */
        post: operations["createGlAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Accounts, by id
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listAccounts"];
        put?: never;
        /**
         * Open an account
         * @description Needs the permission `open_account`: payments, operator, admin.
         */
        post: operations["openAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One account
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every snapshot of the terms that the account has had of its product, in their order
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readTerms"];
        put?: never;
        /**
         * Change name, overdraft limit or metadata
         * @description Needs the permission `manage_accounts`: operator, admin.
         */
        post: operations["changeTerms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change status and blocks
         * @description Needs the permission `manage_accounts`: operator, admin.
         */
        post: operations["setStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The balance of now; with any parameter, of the past: by value, by booking, as the books knew it, or all of these
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An account’s lines by booking date; opening and lines make closing, on every page
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/statements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The numbered statements of an account, without their lines
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listNumberedStatements"];
        put?: never;
        /**
         * Make and number the statement up to a closed day; asked again, it is the same one
         * @description Needs the permission `make_statements`: operator, admin.
         */
        post: operations["makeStatement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/statements/{statementNo}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of a numbered statement, the same bytes for ever, in the form that Accept asks for
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readNumberedStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Journal entries, by number
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listJournalEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries/{journalEntryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One journal entry, as it was answered when it was posted
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readJournalEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries/{journalEntryId}/reversals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was taken back of an entry later, by number
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listReversals"];
        put?: never;
        /**
         * Take an entry back, whole or in part
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["reverseJournalEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries/{journalEntryId}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an entry back and post what it should have been: both, or neither
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["correctJournalEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries/{journalEntryId}/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Propose that the details of an entry and of all that repeat them be erased; done when somebody else approves
         * @description Needs the permission `erase_details`: operator, admin.
         */
        post: operations["proposeErasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last checkpoint: a signed note of how many entries there are and of the root of their tree
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readLatestCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key that checkpoints are verified with, in the form of signed notes
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readCheckpointKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The proof that the journal of a checkpoint begins as that of an earlier one (RFC 9162)
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["proveConsistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journal-entries/{journalEntryId}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The proof that an entry is under the last checkpoint, and as much of it as shall be shown
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["proveJournalEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{accountId}/balance-proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The proof that what a customer’s account had at the end of a closed day is in the totals that the bank has signed
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["proveBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customer-balances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What all customer accounts came to at the end of a closed day, those in credit and those in debit apart, signed
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readCustomerBalances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Holds in the order in which they were placed
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listHolds"];
        put?: never;
        /**
         * Set an amount aside on an account
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["placeHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{holdId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One hold
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readHold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{holdId}/captures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post what a hold has set aside, whole or in part
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["captureHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{holdId}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let go of what remains of a hold
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["releaseHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{holdId}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an active hold another end
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["extendHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suspense-items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Credits that went to a fallback account, in the order in which they came
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listSuspenseItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suspense-items/{suspenseItemId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One suspense item
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readSuspenseItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suspense-items/{suspenseItemId}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post what waits on to an account
         * @description Needs the permission `clear_suspense`: operator, admin.
         */
        post: operations["clearSuspenseItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/commands/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is recorded for an idempotency key: the way out of an unknown outcome
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readCommand"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/commands/{key}/abandon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is recorded for a key, or if nothing is, that nothing ever will: a delayed copy cannot take effect
         * @description Needs the permission `post`: payments, operator, admin.
         */
        post: operations["abandonCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events in the order of their positions: a page of them, or a stream that goes on
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trial-balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Debits and credits per GL account and currency, rolled up the chart
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readTrialBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/business-date": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The bank’s business date
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["readBusinessDate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what, by time
         * @description Needs the permission `read_audit`: auditor, admin.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journeys/{correlationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that belongs to one correlation, in the order in which it happened, and where it stands
         * @description Needs the permission `read_journeys`: operator, auditor, admin.
         */
        get: operations["readJourney"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/eod-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The days that were closed or are closing, by date
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listEodRuns"];
        put?: never;
        /**
         * Close days up to a date; one that is closed already is answered as it is
         * @description Needs the permission `run_eod`: operator, admin.
         */
        post: operations["runEod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/eod-runs/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on with the day that was begun, then try again what was set aside
         * @description Needs the permission `run_eod`: operator, admin.
         */
        post: operations["resumeEod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/eod-runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the end of a day has come, and what came of it
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readEodRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/year-ends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The years that are final or being closed, in order
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listYearEnds"];
        put?: never;
        /**
         * Close income and expense of a year into the retained earnings; one that is final is answered as it is
         * @description Needs the permission `close_years`: operator, admin.
         */
        post: operations["closeYear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/year-ends/{year}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a year stands, and what came of its end
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readYearEnd"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gl-extracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The days that have a GL extract, by date
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listGlExtracts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gl-extracts/{date}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What every GL account came to on a closed day, the same bytes for ever, as JSON or CSV
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readGlExtract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliation-breaks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What differs in the books, or did until it was right again, oldest first
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listReconciliationBreaks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliation-breaks/{breakId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A break, and what became of it
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["readReconciliationBreak"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliation-breaks/{breakId}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say why a break is there: it counts no more as open until its figures change
         * @description Needs the permission `explain_breaks`: operator, admin.
         */
        post: operations["explainReconciliationBreak"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliation-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The comparisons of the books with themselves, and how much of what they compared differed
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listReconciliationRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every version of every rate, by day, currency and version
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["listRates"];
        put?: never;
        /**
         * Submit rates for somebody else to decide; the same rate again is the version that is there
         * @description Needs the permission `submit_rates`: operator, admin.
         */
        post: operations["submitRates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rates/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve rates that somebody else has submitted: all of them or none
         * @description Needs the permission `decide_rates`: approver, admin.
         */
        post: operations["approveRates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rates/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject rates that somebody else has submitted: all of them or none
         * @description Needs the permission `decide_rates`: approver, admin.
         */
        post: operations["rejectRates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API keys of the tenant, by id, without their secrets
         * @description Needs the permission `manage_api_keys`: admin.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make an API key; each request makes another
         * @description Needs the permission `manage_api_keys`: admin.
         */
        post: operations["issueApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{keyId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close an API key for good; every process knows it within five seconds
         * @description Needs the permission `manage_api_keys`: admin.
         */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The webhooks of the tenant and how far they are, oldest first, without their secrets
         * @description Needs the permission `read_webhooks`: operator, auditor, admin.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Have events sent to a URL, signed (Standard Webhooks) and in order; each request makes another
         * @description Needs the permission `manage_webhooks`: admin.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A webhook and how far it is
         * @description Needs the permission `read_webhooks`: operator, auditor, admin.
         */
        get: operations["readWebhook"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change where events go, and which; what is not named stays
         * @description Needs the permission `manage_webhooks`: admin.
         */
        post: operations["changeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make another secret; for a time events are signed with both
         * @description Needs the permission `manage_webhooks`: admin.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send events again, from the first that was not settled on
         * @description Needs the permission `manage_webhooks`: admin.
         */
        post: operations["enableWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send nothing any more; events wait
         * @description Needs the permission `manage_webhooks`: admin.
         */
        post: operations["disableWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event of type `plinth.webhook.test.v1` now, once, and say what came of it
         * @description Needs the permission `replay_webhooks`: operator, admin.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events that were sent, and what became of them, by position; dead letters by their status
         * @description Needs the permission `read_webhooks`: operator, auditor, admin.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhookId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send dead letters again, in their order and under their ids, before newer events
         * @description Needs the permission `replay_webhooks`: operator, admin.
         */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The settings of the tenant that decisions are made with
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["readSettings"];
        put?: never;
        /**
         * Change the settings that are named; the others stay
         * @description Needs the permission `manage_settings`: admin.
         */
        post: operations["changeSettings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every version of the settings: since which entry, by whom and why
         * @description Needs the permission `read_audit`: auditor, admin.
         */
        get: operations["listSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The registered transaction codes, by code
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["listTransactionCodes"];
        put?: never;
        /**
         * Register a transaction code, or say anew what one is
         * @description Needs the permission `manage_settings`: admin.
         */
        post: operations["registerTransactionCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/currencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every currency that amounts may be in, with its decimals, by code
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["listCurrencies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Limits of accounts, then of products, then of the tenant
         * @description Needs the permission `read_books`: payments, operator, auditor, admin.
         */
        get: operations["listLimits"];
        put?: never;
        /**
         * Set what may be spent; of a product or the tenant it needs the permission `manage_settings`
         * @description Needs the permission `manage_accounts`: operator, admin.
         */
        post: operations["setLimit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The products of the catalogue, by code
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["listProducts"];
        put?: never;
        /**
         * Put a product into the catalogue; accounts are opened with its versions
         * @description Needs the permission `draft_products`: product_manager, admin.
         */
        post: operations["createProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A product with every version it ever had, as they stand on the business date
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        get: operations["readProduct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draft the next version of a product
         * @description Needs the permission `draft_products`: product_manager, admin.
         */
        post: operations["draftProductVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a draft: what is named is replaced, the rest stays
         * @description Needs the permission `draft_products`: product_manager, admin.
         */
        post: operations["changeProductVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/versions/{version}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a draft before those who decide; it never changes again
         * @description Needs the permission `draft_products`: product_manager, admin.
         */
        post: operations["submitProductVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/versions/{version}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve what somebody else has made: accounts get it from its effective date on
         * @description Needs the permission `decide_products`: approver, admin.
         */
        post: operations["approveProductVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/versions/{version}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject what somebody else has made
         * @description Needs the permission `decide_products`: approver, admin.
         */
        post: operations["rejectProductVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{productCode}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What an account would earn and pay over a period; nothing is written
         * @description Needs the permission `read_chart`: payments, operator, auditor, product_manager, approver, admin.
         */
        post: operations["simulateProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Proposals in the order in which they were made
         * @description Needs the permission `read_proposals`: payments, operator, auditor, approver, admin.
         */
        get: operations["listProposals"];
        put?: never;
        /**
         * Ask for a second person’s approval of a command
         * @description Needs the permission `propose`: payments, operator, admin.
         */
        post: operations["propose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{proposalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One proposal
         * @description Needs the permission `read_proposals`: payments, operator, auditor, approver, admin.
         */
        get: operations["readProposal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{proposalId}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve what somebody else proposed, and run it
         * @description Needs the permission `decide_proposals`: approver, admin.
         */
        post: operations["approveProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{proposalId}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject what somebody else proposed
         * @description Needs the permission `decide_proposals`: approver, admin.
         */
        post: operations["rejectProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{proposalId}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back a proposal of one’s own
         * @description Needs the permission `propose`: payments, operator, admin.
         */
        post: operations["withdrawProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        PostingRequest: {
            /** @description What kind of transaction it is. */
            transactionCode: string;
            description?: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate?: string;
            reference?: string;
            endToEndId?: string;
            lines: components["schemas"]["PostingLineRequest"][];
            /** @description At most 50 names. */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description Later it is `command_expired`.
             */
            notAfter?: string;
            conditions?: components["schemas"]["Condition"][];
            decision?: components["schemas"]["RiskDecision"];
            /**
             * @description Of an engine outside: see `accruesFor`.
             * @enum {string}
             */
            kind?: "accrual";
            /**
             * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
             * @example 2026-13
             */
            period?: string;
            /**
             * @description Book it although funds, limits, dormancy or blocks speak against it.
             * @constant
             */
            advice?: true;
            /** @description Of an advice. */
            reason?: string;
        };
        PostingLineRequest: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId: string;
            /** @enum {string} */
            side: "debit" | "credit";
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date
             * @description Of a credit: until this business date the money is held on the account.
             * @example 2026-11-20
             */
            availableFrom?: string;
            /** @description Of a credit: where it goes, and waits as a suspense item, if the account is missing, closed, frozen or takes no credits. */
            fallbackAccountId?: string;
            /** @description An amount above zero. Of a debit also `"all"` that is available, or `{"upTo": …}` of it; then one credit of the currency says `"all"` and takes what the other lines leave over. */
            amount: string | {
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                upTo: string;
            };
            /** @description Of an accrual: the account on which it accrues. */
            accruesFor?: string;
        };
        /** @description What must be true of an account, or the command is `condition_failed`. */
        Condition: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId: string;
            /** @description The `accountVersion` of its last line. */
            version?: number;
            available?: {
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                gte: string;
            };
        };
        /** @description A risk or sanctions decision taken before; stored with it. */
        RiskDecision: {
            id: string;
            source: string;
            /** @enum {string} */
            outcome: "approved" | "rejected";
            /** Format: date-time */
            decidedAt: string;
            /** Format: date-time */
            expiresAt: string;
            checksum: string;
        };
        BatchRequest: {
            /** @enum {string} */
            atomicity: "independent" | "all_or_nothing";
            /** @description Take effect in order. A malformed one is a 400 of that command. */
            commands: ({
                /** @constant */
                type: "post";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description What kind of transaction it is. */
                transactionCode: string;
                description?: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate?: string;
                reference?: string;
                endToEndId?: string;
                lines: components["schemas"]["PostingLineRequest"][];
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * @description Of an engine outside: see `accruesFor`.
                 * @enum {string}
                 */
                kind?: "accrual";
                /**
                 * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
                 * @example 2026-13
                 */
                period?: string;
                /**
                 * @description Book it although funds, limits, dormancy or blocks speak against it.
                 * @constant
                 */
                advice?: true;
                /** @description Of an advice. */
                reason?: string;
            } | {
                /** @constant */
                type: "open_account";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Chosen by the caller, or made by Plinth. */
                accountId?: string;
                name: string;
                /** @description Absent: that of the product. */
                glCode?: string;
                /**
                 * @description Absent: that of the product.
                 * @example EUR
                 */
                currency?: string;
                customerId?: string;
                /** @description A product of the catalogue, whose terms the account gets; of no product there: a label. */
                productCode?: string;
                /**
                 * @description Absent: that of the product, or none.
                 * @example 100.00
                 */
                overdraftLimit?: string;
                /** @description What is known of the customer, for the eligibility rules of the product. */
                eligibility?: {
                    [key: string]: string;
                };
                unlimited?: boolean;
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
            } | {
                /** @constant */
                type: "change_terms";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                name?: string;
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                overdraftLimit?: string;
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
            } | {
                /** @constant */
                type: "set_status";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                /** @enum {string} */
                status: "open" | "dormant" | "frozen" | "closed";
                blockDebits?: boolean;
                blockCredits?: boolean;
                reason: string;
            } | {
                /** @constant */
                type: "create_gl_account";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                glAccount: components["schemas"]["GlAccountRequest"];
            } | {
                /** @constant */
                type: "reverse";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
                /**
                 * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
                 * @example 2026-13
                 */
                period?: string;
                /** @description A part that balances. Absent: all of it. */
                lines?: components["schemas"]["LineToReverse"][];
            } | {
                /** @constant */
                type: "correct";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
                posting: components["schemas"]["CorrectedPosting"];
            } | {
                /** @constant */
                type: "place_hold";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                amount: string;
                /**
                 * @description ISO 4217, or one of the tenant’s own.
                 * @example EUR
                 */
                currency: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * Format: date-time
                 * @description Absent: it never expires by itself.
                 */
                expiresAt?: string;
                /** @description What it will be captured with. Absent: anything; it then counts against the limits of every code. */
                transactionCode?: string;
                reference?: string;
            } | {
                /** @constant */
                type: "capture_hold";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
                /** @description What kind of transaction it is. */
                transactionCode: string;
                description?: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate?: string;
                reference?: string;
                endToEndId?: string;
                lines: components["schemas"]["CaptureLineRequest"][];
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * @description The net debit on the account of the hold.
                 * @example 100.00
                 */
                amount: string;
                /** @description Let go of what is left (default true). */
                final?: boolean;
            } | {
                /** @constant */
                type: "clear_suspense_item";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                suspenseItemId: string;
                /** @description Where the money goes: mostly the account that it was meant for. */
                accountId: string;
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
            } | {
                /** @constant */
                type: "erase_details";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /** @description Why. It stays, so it says nothing of what is erased. */
                reason: string;
                /**
                 * @description The ground in law. The entry shows it.
                 * @example GDPR Art. 17(1)(a)
                 */
                legalBasis: string;
            } | {
                /** @constant */
                type: "release_hold";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
            } | {
                /** @constant */
                type: "extend_hold";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
                /** @description Null: never. */
                expiresAt: string | null;
            } | {
                /** @constant */
                type: "change_settings";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Null: any date back. */
                valueDateDaysBack?: number | null;
                valueDateDaysAhead?: number;
                /** @description Value dates before it are `period_closed`. Null: none is. */
                valueDateFloor?: string | null;
                /** @description Own currencies to add, with their decimals, which never change. */
                currencies?: {
                    [key: string]: number;
                };
                postingLimits?: components["schemas"]["PostingLimit"][];
                /** @description Refuse codes that are not registered. */
                strictTransactionCodes?: boolean;
                /** @description Where reversals need a second person: what one takes back alone, by currency. */
                reversalsAlone?: {
                    [key: string]: string;
                };
                /** @description What needs a second person. If anything does, so do the settings. */
                approvals?: ("admin_api_keys" | "unlimited_accounts" | "limit_increases" | "unfreezing" | "manual_postings" | "reversals")[];
                /** @description On which days the bank closes its books. Null: on every day. */
                calendar?: components["schemas"]["BusinessCalendar"] | null;
                /** @description How positions in other currencies are kept and revalued. Null: they are not. */
                foreignExchange?: components["schemas"]["ForeignExchange"] | null;
                /** @description A postable GL account of equity, where income and expense of a year go when it is closed. Null: no year can be. */
                retainedEarningsGlCode?: string | null;
                reason: string;
            } | {
                /** @constant */
                type: "set_limit";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description Of this account. */
                accountId?: string;
                /** @description Of each account of this product. Neither: of each limited account of the tenant. */
                productCode?: string;
                /** @description Absent: all codes together. */
                transactionCode?: string;
                /**
                 * @description ISO 4217, or one of the tenant’s own.
                 * @example EUR
                 */
                currency: string;
                perPosting?: {
                    /**
                     * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                     * @example 100.00
                     */
                    amount: string;
                };
                perDay?: components["schemas"]["LimitBound"];
                /** @description None of the three: the limit is taken away. */
                perMonth?: components["schemas"]["LimitBound"];
                reason: string;
            } | {
                /** @constant */
                type: "register_transaction_code";
                /** @description 1 to 255 visible ASCII characters. */
                idempotencyKey: string;
                group?: string;
                /** @description What kind of transaction it is. */
                code: string;
                name: string;
                /** @description Who may post it; absent: whoever may post. */
                roles?: ("payments" | "operator" | "auditor" | "product_manager" | "approver" | "admin")[];
                debitGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
                creditGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
                /** @description False: the bank’s own, which passes dormancy. */
                customerInitiated?: boolean;
                /**
                 * @description ISO 20022 domain, family and sub-family.
                 * @example PMNT-ICDT-ESCT
                 */
                bankTransactionCode?: string;
                /** @description False: withdrawn. */
                active?: boolean;
            })[];
        };
        GlAccountRequest: {
            /** @description A code of the chart of accounts. */
            code: string;
            name: string;
            /** @enum {string} */
            type: "asset" | "liability" | "equity" | "income" | "expense";
            /** @description A code of the chart of accounts. */
            parentCode?: string;
            /** @enum {string} */
            normalSide?: "debit" | "credit";
            postable?: boolean;
        };
        LineToReverse: {
            lineNo: number;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            amount: string;
        };
        /** @description What the entry should have been. */
        CorrectedPosting: {
            /** @description What kind of transaction it is. */
            transactionCode: string;
            description?: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate?: string;
            reference?: string;
            endToEndId?: string;
            lines: components["schemas"]["LineRequest"][];
            /** @description At most 50 names. */
            metadata?: {
                [key: string]: string;
            };
        };
        LineRequest: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId: string;
            /** @enum {string} */
            side: "debit" | "credit";
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date
             * @description Of a credit: until this business date the money is held on the account.
             * @example 2026-11-20
             */
            availableFrom?: string;
            /** @description Of a credit: where it goes, and waits as a suspense item, if the account is missing, closed, frozen or takes no credits. */
            fallbackAccountId?: string;
            /** @description An amount above zero. Of a debit also `"all"` that is available, or `{"upTo": …}` of it; then one credit of the currency says `"all"` and takes what the other lines leave over. */
            amount: string | {
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                upTo: string;
            };
        };
        CaptureLineRequest: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId: string;
            /** @enum {string} */
            side: "debit" | "credit";
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date
             * @description Of a credit: until this business date the money is held on the account.
             * @example 2026-11-20
             */
            availableFrom?: string;
            /** @description Of a credit: where it goes, and waits as a suspense item, if the account is missing, closed, frozen or takes no credits. */
            fallbackAccountId?: string;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            amount: string;
        };
        /** @description The most that one posting may move, with this code or with any. */
        PostingLimit: {
            /** @description What kind of transaction it is. */
            transactionCode?: string;
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            perPosting: string;
        };
        BusinessCalendar: {
            weekend: ("sunday" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday")[];
            /**
             * @description Public and bank holidays of a country or a part of it; null: none.
             * @example DE-BY
             */
            holidays: string | null;
            /** @description More days off. */
            extra?: string[];
            /** @description Business days, whatever else says. */
            working?: string[];
        };
        ForeignExchange: {
            /** @description Of the accounts FX:POSITION:<currency>. */
            positionGlCode: string;
            /** @description Of the accounts FX:COUNTERVALUE:<currency>. */
            counterValueGlCode: string;
            /** @description A code of the chart of accounts. */
            gainGlCode: string;
            /** @description A code of the chart of accounts. */
            lossGlCode: string;
            /** @description How many days before a day its rate may be of. */
            rateDaysMax: number;
        };
        /** @description How much, how often, or both. */
        LimitBound: {
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            amount?: string;
            count?: number;
        };
        OpenAccountRequest: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId?: string;
            name: string;
            /** @description Absent: that of the product. */
            glCode?: string;
            /**
             * @description Absent: that of the product.
             * @example EUR
             */
            currency?: string;
            customerId?: string;
            /** @description A product of the catalogue, whose terms the account gets; of no product there: a label. */
            productCode?: string;
            /**
             * @description Absent: that of the product, or none.
             * @example 100.00
             */
            overdraftLimit?: string;
            /** @description What is known of the customer, for the eligibility rules of the product. */
            eligibility?: {
                [key: string]: string;
            };
            unlimited?: boolean;
            /** @description At most 50 names. */
            metadata?: {
                [key: string]: string;
            };
        };
        TermsRequest: {
            name?: string;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            overdraftLimit?: string;
            /** @description At most 50 names. */
            metadata?: {
                [key: string]: string;
            };
        };
        StatusRequest: {
            /** @enum {string} */
            status: "open" | "dormant" | "frozen" | "closed";
            blockDebits?: boolean;
            blockCredits?: boolean;
            reason: string;
        };
        StatementRequest: {
            /**
             * Format: date
             * @description The last day; closed, and behind the last statement.
             * @example 2026-11-20
             */
            to: string;
        };
        ReversalRequest: {
            /**
             * Format: date-time
             * @description Later it is `command_expired`.
             */
            notAfter?: string;
            conditions?: components["schemas"]["Condition"][];
            reason: string;
            /** @description `original`: that of the entry. Absent: the booking date. */
            valueDate?: "original" | string;
            /**
             * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
             * @example 2026-13
             */
            period?: string;
            /** @description A part that balances. Absent: all of it. */
            lines?: components["schemas"]["LineToReverse"][];
        };
        CorrectionRequest: {
            /**
             * Format: date-time
             * @description Later it is `command_expired`.
             */
            notAfter?: string;
            conditions?: components["schemas"]["Condition"][];
            reason: string;
            /** @description `original`: that of the entry. Absent: the booking date. */
            valueDate?: "original" | string;
            posting: components["schemas"]["CorrectedPosting"];
        };
        ErasureRequest: {
            /** @description Why. It stays, so it says nothing of what is erased. */
            reason: string;
            /**
             * @description The ground in law. The entry shows it.
             * @example GDPR Art. 17(1)(a)
             */
            legalBasis: string;
        };
        HoldRequest: {
            /** @description Chosen by the caller, or made by Plinth. */
            accountId: string;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            amount: string;
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date-time
             * @description Later it is `command_expired`.
             */
            notAfter?: string;
            conditions?: components["schemas"]["Condition"][];
            decision?: components["schemas"]["RiskDecision"];
            /**
             * Format: date-time
             * @description Absent: it never expires by itself.
             */
            expiresAt?: string;
            /** @description What it will be captured with. Absent: anything; it then counts against the limits of every code. */
            transactionCode?: string;
            reference?: string;
        };
        CaptureRequest: {
            /** @description What kind of transaction it is. */
            transactionCode: string;
            description?: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate?: string;
            reference?: string;
            endToEndId?: string;
            lines: components["schemas"]["CaptureLineRequest"][];
            /** @description At most 50 names. */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description Later it is `command_expired`.
             */
            notAfter?: string;
            conditions?: components["schemas"]["Condition"][];
            decision?: components["schemas"]["RiskDecision"];
            /**
             * @description The net debit on the account of the hold.
             * @example 100.00
             */
            amount: string;
            /** @description Let go of what is left (default true). */
            final?: boolean;
        };
        ReleaseRequest: Record<string, never>;
        ExtendRequest: {
            /** @description Null: never. */
            expiresAt: string | null;
        };
        ClearingRequest: {
            /** @description Where the money goes: mostly the account that it was meant for. */
            accountId: string;
            reason: string;
            /** @description `original`: that of the entry. Absent: the booking date. */
            valueDate?: "original" | string;
        };
        EodRunRequest: {
            /**
             * Format: date
             * @description The last day to close. Days before it that are not closed yet come first.
             * @example 2026-11-20
             */
            date: string;
        };
        EodResumeRequest: {
            /** @description Do not wait for the lease of whoever had it: they are gone for sure. */
            takeOver?: boolean;
        };
        YearEndRequest: {
            /** @example 2026 */
            year: number;
        };
        BreakExplanation: {
            /** @description Why it is there. */
            note: string;
        };
        RatesToSubmit: {
            rates: components["schemas"]["RateToSubmit"][];
        };
        RateToSubmit: {
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date
             * @description The day from which it holds.
             * @example 2026-11-20
             */
            date: string;
            /**
             * @description What one unit of the currency costs in the base currency: above zero, at most 18 digits before and behind the point.
             * @example 0.92165
             */
            rate: string;
            /**
             * @description Where it was read.
             * @example ECB
             */
            source: string;
        };
        RatesToApprove: {
            rates: components["schemas"]["RateKey"][];
            reason?: string;
        };
        RateKey: {
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            /**
             * Format: date
             * @description The day from which it holds.
             * @example 2026-11-20
             */
            date: string;
            version: number;
        };
        RatesToReject: {
            rates: components["schemas"]["RateKey"][];
            reason: string;
        };
        ApiKeyRequest: {
            /** @description Whose it is, or what for. Stands in the audit trail as the client. */
            name: string;
            roles: ("payments" | "operator" | "auditor" | "product_manager" | "approver" | "admin")[];
            /**
             * Format: date-time
             * @description Absent: until it is revoked.
             */
            expiresAt?: string;
        };
        NewWebhook: {
            /**
             * Format: uri
             * @description https; http only to the machine itself, where the operator allows it. Without user and password: it is shown to whoever may see webhooks.
             */
            url: string;
            description?: string;
            /** @description Types such as `plinth.hold.placed.v1`, or what they begin with and a star; none: all types. */
            eventTypes?: string[];
            /** @description The position behind which its events begin; absent: with those to come. */
            startAfter?: number;
        };
        WebhookChanges: {
            /**
             * Format: uri
             * @description https; http only to the machine itself, where the operator allows it. Without user and password: it is shown to whoever may see webhooks.
             */
            url?: string;
            description?: string;
            /** @description Types such as `plinth.hold.placed.v1`, or what they begin with and a star; none: all types. */
            eventTypes?: string[];
        };
        WebhookSecretRotation: {
            /**
             * @description For how long events are also signed with the secret before.
             * @default 86400
             */
            overlapSeconds: number;
        };
        WebhookReplay: {
            /**
             * Format: uuid
             * @description This event’s alone.
             */
            eventId?: string;
            /**
             * @description From this position on; absent: all.
             * @default 0
             */
            fromPosition: number;
        };
        SettingsRequest: {
            /** @description Null: any date back. */
            valueDateDaysBack?: number | null;
            valueDateDaysAhead?: number;
            /** @description Value dates before it are `period_closed`. Null: none is. */
            valueDateFloor?: string | null;
            /** @description Own currencies to add, with their decimals, which never change. */
            currencies?: {
                [key: string]: number;
            };
            postingLimits?: components["schemas"]["PostingLimit"][];
            /** @description Refuse codes that are not registered. */
            strictTransactionCodes?: boolean;
            /** @description Where reversals need a second person: what one takes back alone, by currency. */
            reversalsAlone?: {
                [key: string]: string;
            };
            /** @description What needs a second person. If anything does, so do the settings. */
            approvals?: ("admin_api_keys" | "unlimited_accounts" | "limit_increases" | "unfreezing" | "manual_postings" | "reversals")[];
            /** @description On which days the bank closes its books. Null: on every day. */
            calendar?: components["schemas"]["BusinessCalendar"] | null;
            /** @description How positions in other currencies are kept and revalued. Null: they are not. */
            foreignExchange?: components["schemas"]["ForeignExchange"] | null;
            /** @description A postable GL account of equity, where income and expense of a year go when it is closed. Null: no year can be. */
            retainedEarningsGlCode?: string | null;
            reason: string;
        };
        TransactionCodeRequest: {
            /** @description What kind of transaction it is. */
            code: string;
            name: string;
            /** @description Who may post it; absent: whoever may post. */
            roles?: ("payments" | "operator" | "auditor" | "product_manager" | "approver" | "admin")[];
            debitGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
            creditGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
            /** @description False: the bank’s own, which passes dormancy. */
            customerInitiated?: boolean;
            /**
             * @description ISO 20022 domain, family and sub-family.
             * @example PMNT-ICDT-ESCT
             */
            bankTransactionCode?: string;
            /** @description False: withdrawn. */
            active?: boolean;
        };
        LimitRequest: {
            /** @description Of this account. */
            accountId?: string;
            /** @description Of each account of this product. Neither: of each limited account of the tenant. */
            productCode?: string;
            /** @description Absent: all codes together. */
            transactionCode?: string;
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            perPosting?: {
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                amount: string;
            };
            perDay?: components["schemas"]["LimitBound"];
            /** @description None of the three: the limit is taken away. */
            perMonth?: components["schemas"]["LimitBound"];
            reason: string;
        };
        ProductRequest: {
            /** @description Chosen by the caller. */
            productCode: string;
            name: string;
        };
        ProductVersionRequest: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            effectiveFrom: string;
            parameters: components["schemas"]["ProductParameters"];
            reason?: string;
        };
        ProductParameters: {
            /**
             * @description ISO 4217, or one of the tenant’s own.
             * @example EUR
             */
            currency: string;
            glMapping: components["schemas"]["ProductGlMapping"];
            /**
             * @description Absent: none.
             * @example 100.00
             */
            overdraftLimit?: string;
            /** @description On what the customer has: each rate on the slice from `from` to the next. Absent: no interest. */
            creditTiers?: components["schemas"]["InterestTier"][];
            /** @description On what the customer owes, likewise. */
            debitTiers?: components["schemas"]["InterestTier"][];
            /** @enum {string} */
            dayCount: "ACT/365F" | "ACT/360" | "ACT/ACT-ISDA" | "30/360-ISDA" | "30E/360";
            /** @enum {string} */
            capitalisation: "monthly" | "quarterly" | "yearly" | "none";
            /**
             * @default half_even
             * @enum {string}
             */
            rounding: "half_even" | "half_up" | "up" | "down";
            /**
             * @description A day with less earns nothing.
             * @example 100.00
             */
            minimumBalance?: string;
            /** @description Days without a customer’s posting after which an account is dormant. */
            dormancyDays?: number;
            fees?: components["schemas"]["ProductFee"][];
            /**
             * @description An engine outside says what accrues, with postings of kind `accrual`; there are no tiers then.
             * @constant
             */
            interestEngine?: "external";
            /**
             * @description Of credit interest, at most "1". Absent: none.
             * @example 0.0125
             */
            withholdingTaxRate?: string;
            eligibility?: components["schemas"]["EligibilityRule"][];
        };
        ProductGlMapping: {
            /** @description That accounts are opened under. */
            customerGlCode: string;
            /** @description Under which overdrawn accounts are shown: an asset. */
            overdrawnGlCode: string;
            /** @description A code of the chart of accounts. */
            interestExpenseGlCode: string;
            /** @description A code of the chart of accounts. */
            interestIncomeGlCode: string;
            /** @description A code of the chart of accounts. */
            accruedPayableGlCode: string;
            /** @description A code of the chart of accounts. */
            accruedReceivableGlCode: string;
            /** @description A code of the chart of accounts. */
            feesGlCode: string;
            /** @description A code of the chart of accounts. */
            taxGlCode: string;
        };
        InterestTier: {
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            from: string;
            /**
             * @description A fraction a year as a decimal string of at most 12 decimals: "0.0125" is 1.25 %.
             * @example 0.0125
             */
            rate: string;
        };
        ProductFee: {
            code: string;
            /**
             * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
             * @example 100.00
             */
            amount: string;
            /** @enum {string} */
            frequency: "monthly" | "quarterly" | "yearly";
        };
        /** @description What an attribute of the customer must be; `min` and `max` are numbers, or dates. */
        EligibilityRule: {
            attribute: string;
            equals?: string;
            in?: string[];
            min?: string;
            max?: string;
        };
        ProductVersionChangeRequest: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            effectiveFrom?: string;
            parameters?: components["schemas"]["ProductParameters"];
            reason?: string;
        };
        ProductSubmission: {
            reason?: string;
        };
        ProductApproval: {
            /** @description Of the parameters that were read; no others are then decided. */
            checksum?: string;
            reason?: string;
        };
        ProductRejection: {
            /** @description Of the parameters that were read; no others are then decided. */
            checksum?: string;
            reason: string;
        };
        SimulationRequest: {
            /** @description Of any status. Absent: the one in force. */
            version?: number;
            /**
             * Format: date
             * @description The first day that accrues.
             * @example 2026-11-20
             */
            from: string;
            /**
             * Format: date
             * @description The last one, at most 20 years later.
             * @example 2026-11-20
             */
            to: string;
            /** @description What is on the account from which day on, in the order of the days. Before the first: nothing. */
            balances: components["schemas"]["StatedBalance"][];
            /**
             * @description Capitalised interest and fees change the balances that are stated.
             * @default false
             */
            compounding: boolean;
            /**
             * @description Answer every day.
             * @default false
             */
            days: boolean;
        };
        StatedBalance: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            from: string;
            /**
             * @description An amount, below zero what the customer owes.
             * @example -250.00
             */
            balance: string;
        };
        ProposalRequest: {
            /** @description A command as in a batch, without a key. */
            command: {
                /** @constant */
                type: "post";
                /** @description What kind of transaction it is. */
                transactionCode: string;
                description?: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate?: string;
                reference?: string;
                endToEndId?: string;
                lines: components["schemas"]["PostingLineRequest"][];
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * @description Of an engine outside: see `accruesFor`.
                 * @enum {string}
                 */
                kind?: "accrual";
                /**
                 * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
                 * @example 2026-13
                 */
                period?: string;
                /**
                 * @description Book it although funds, limits, dormancy or blocks speak against it.
                 * @constant
                 */
                advice?: true;
                /** @description Of an advice. */
                reason?: string;
            } | {
                /** @constant */
                type: "open_account";
                /** @description Chosen by the caller, or made by Plinth. */
                accountId?: string;
                name: string;
                /** @description Absent: that of the product. */
                glCode?: string;
                /**
                 * @description Absent: that of the product.
                 * @example EUR
                 */
                currency?: string;
                customerId?: string;
                /** @description A product of the catalogue, whose terms the account gets; of no product there: a label. */
                productCode?: string;
                /**
                 * @description Absent: that of the product, or none.
                 * @example 100.00
                 */
                overdraftLimit?: string;
                /** @description What is known of the customer, for the eligibility rules of the product. */
                eligibility?: {
                    [key: string]: string;
                };
                unlimited?: boolean;
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
            } | {
                /** @constant */
                type: "change_terms";
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                name?: string;
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                overdraftLimit?: string;
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
            } | {
                /** @constant */
                type: "set_status";
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                /** @enum {string} */
                status: "open" | "dormant" | "frozen" | "closed";
                blockDebits?: boolean;
                blockCredits?: boolean;
                reason: string;
            } | {
                /** @constant */
                type: "create_gl_account";
                glAccount: components["schemas"]["GlAccountRequest"];
            } | {
                /** @constant */
                type: "reverse";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
                /**
                 * @description The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.
                 * @example 2026-13
                 */
                period?: string;
                /** @description A part that balances. Absent: all of it. */
                lines?: components["schemas"]["LineToReverse"][];
            } | {
                /** @constant */
                type: "correct";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
                posting: components["schemas"]["CorrectedPosting"];
            } | {
                /** @constant */
                type: "place_hold";
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                /**
                 * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                 * @example 100.00
                 */
                amount: string;
                /**
                 * @description ISO 4217, or one of the tenant’s own.
                 * @example EUR
                 */
                currency: string;
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * Format: date-time
                 * @description Absent: it never expires by itself.
                 */
                expiresAt?: string;
                /** @description What it will be captured with. Absent: anything; it then counts against the limits of every code. */
                transactionCode?: string;
                reference?: string;
            } | {
                /** @constant */
                type: "capture_hold";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
                /** @description What kind of transaction it is. */
                transactionCode: string;
                description?: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate?: string;
                reference?: string;
                endToEndId?: string;
                lines: components["schemas"]["CaptureLineRequest"][];
                /** @description At most 50 names. */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description Later it is `command_expired`.
                 */
                notAfter?: string;
                conditions?: components["schemas"]["Condition"][];
                decision?: components["schemas"]["RiskDecision"];
                /**
                 * @description The net debit on the account of the hold.
                 * @example 100.00
                 */
                amount: string;
                /** @description Let go of what is left (default true). */
                final?: boolean;
            } | {
                /** @constant */
                type: "clear_suspense_item";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                suspenseItemId: string;
                /** @description Where the money goes: mostly the account that it was meant for. */
                accountId: string;
                reason: string;
                /** @description `original`: that of the entry. Absent: the booking date. */
                valueDate?: "original" | string;
            } | {
                /** @constant */
                type: "erase_details";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                journalEntryId: string;
                /** @description Why. It stays, so it says nothing of what is erased. */
                reason: string;
                /**
                 * @description The ground in law. The entry shows it.
                 * @example GDPR Art. 17(1)(a)
                 */
                legalBasis: string;
            } | {
                /** @constant */
                type: "release_hold";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
            } | {
                /** @constant */
                type: "extend_hold";
                /**
                 * Format: uuid
                 * @description Made by Plinth.
                 */
                holdId: string;
                /** @description Null: never. */
                expiresAt: string | null;
            } | {
                /** @constant */
                type: "change_settings";
                /** @description Null: any date back. */
                valueDateDaysBack?: number | null;
                valueDateDaysAhead?: number;
                /** @description Value dates before it are `period_closed`. Null: none is. */
                valueDateFloor?: string | null;
                /** @description Own currencies to add, with their decimals, which never change. */
                currencies?: {
                    [key: string]: number;
                };
                postingLimits?: components["schemas"]["PostingLimit"][];
                /** @description Refuse codes that are not registered. */
                strictTransactionCodes?: boolean;
                /** @description Where reversals need a second person: what one takes back alone, by currency. */
                reversalsAlone?: {
                    [key: string]: string;
                };
                /** @description What needs a second person. If anything does, so do the settings. */
                approvals?: ("admin_api_keys" | "unlimited_accounts" | "limit_increases" | "unfreezing" | "manual_postings" | "reversals")[];
                /** @description On which days the bank closes its books. Null: on every day. */
                calendar?: components["schemas"]["BusinessCalendar"] | null;
                /** @description How positions in other currencies are kept and revalued. Null: they are not. */
                foreignExchange?: components["schemas"]["ForeignExchange"] | null;
                /** @description A postable GL account of equity, where income and expense of a year go when it is closed. Null: no year can be. */
                retainedEarningsGlCode?: string | null;
                reason: string;
            } | {
                /** @constant */
                type: "set_limit";
                /** @description Of this account. */
                accountId?: string;
                /** @description Of each account of this product. Neither: of each limited account of the tenant. */
                productCode?: string;
                /** @description Absent: all codes together. */
                transactionCode?: string;
                /**
                 * @description ISO 4217, or one of the tenant’s own.
                 * @example EUR
                 */
                currency: string;
                perPosting?: {
                    /**
                     * @description A decimal string with at most as many decimals as its currency. Never a JSON number.
                     * @example 100.00
                     */
                    amount: string;
                };
                perDay?: components["schemas"]["LimitBound"];
                /** @description None of the three: the limit is taken away. */
                perMonth?: components["schemas"]["LimitBound"];
                reason: string;
            } | {
                /** @constant */
                type: "register_transaction_code";
                /** @description What kind of transaction it is. */
                code: string;
                name: string;
                /** @description Who may post it; absent: whoever may post. */
                roles?: ("payments" | "operator" | "auditor" | "product_manager" | "approver" | "admin")[];
                debitGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
                creditGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
                /** @description False: the bank’s own, which passes dormancy. */
                customerInitiated?: boolean;
                /**
                 * @description ISO 20022 domain, family and sub-family.
                 * @example PMNT-ICDT-ESCT
                 */
                bankTransactionCode?: string;
                /** @description False: withdrawn. */
                active?: boolean;
            };
            reason: string;
            /**
             * Format: date-time
             * @description Absent: in seven days.
             */
            expiresAt?: string;
        };
        VerdictRequest: {
            /** @description That of the proposal that was read: no other is decided. */
            payloadHash?: string;
            comment?: string;
        };
        /** @description RFC 9457, with a stable code. */
        Problem: {
            /** Format: uri-reference */
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            correlationId: string;
            errors?: {
                pointer: string;
                code: string;
                detail: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        JournalEntry: {
            /** Format: uuid */
            journalEntryId: string;
            entryNo: number;
            /** @constant */
            status: "posted";
            kind: string;
            transactionCode: string;
            description?: string;
            reference?: string;
            endToEndId?: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            bookingDate: string;
            /**
             * @description `YYYY-MM` of the booking date, or `YYYY-13`. Absent from entries of before there were periods: that of the booking date.
             * @example 2026-11
             */
            period?: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            postedAt: string;
            /**
             * Format: uuid
             * @description The entry that it takes back.
             */
            reverses?: string;
            /** @description Why it was reversed, or had to be booked. */
            reason?: string;
            /**
             * @description Booked although something spoke against it.
             * @constant
             */
            advice?: true;
            decision?: components["schemas"]["StoredRiskDecision"];
            /**
             * Format: uuid
             * @description The hold that it captures.
             */
            holdId?: string;
            lines: {
                lineNo: number;
                accountId: string;
                /** @enum {string} */
                side: "debit" | "credit";
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                balanceAfter: string;
                accountVersion: number;
                reversesLineNo?: number;
                /** @description The account that a credit was meant for. */
                divertedFrom?: string;
                /** @description What it would have been refused with there. */
                divertedBecause?: string;
                /**
                 * Format: date
                 * @description The money of a credit was held until then.
                 * @example 2026-11-20
                 */
                availableFrom?: string;
            }[];
            correlationId: string;
            causationId?: string;
            metadata: {
                [key: string]: string;
            };
            detailsErased?: components["schemas"]["DetailsErased"];
        };
        StoredRiskDecision: {
            id: string;
            source: string;
            outcome: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            decidedAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            expiresAt: string;
            checksum: string;
        };
        /** @description Description, reference, endToEndId and metadata were erased. It is the one exception from what an entry’s answer says never changing; all else of it is as it was. */
        DetailsErased: {
            /** Format: date-time */
            at: string;
            legalBasis: string;
        };
        BatchAnswer: {
            results: {
                status: number;
                replayed: boolean;
                /** @description What the single call would answer. */
                body: {
                    [key: string]: unknown;
                };
            }[];
            summary: {
                succeeded: number;
                replayed: number;
                rejected: number;
            };
        };
        GlAccount: {
            code: string;
            name: string;
            /** @enum {string} */
            type: "asset" | "liability" | "equity" | "income" | "expense";
            parentCode?: string;
            /** @enum {string} */
            normalSide: "debit" | "credit";
            postable: boolean;
        };
        Account: {
            accountId: string;
            name: string;
            glCode: string;
            currency: string;
            /** @enum {string} */
            normalSide: "debit" | "credit";
            customerId?: string;
            productCode?: string;
            /** @description The version of its product whose terms it has; told when it is opened and read. */
            productVersion?: number;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            overdraftLimit: string;
            unlimited: boolean;
            /** @enum {string} */
            status: "open" | "dormant" | "frozen" | "closed";
            blockDebits: boolean;
            blockCredits: boolean;
            metadata: {
                [key: string]: string;
            };
        };
        TermsSnapshot: {
            accountId: string;
            snapshotNo: number;
            productCode: string;
            version: number;
            /** Format: uuid */
            productVersionId: string;
            /**
             * Format: date
             * @description The first day that accrues with them.
             * @example 2026-11-20
             */
            effectiveFrom: string;
            parameters: components["schemas"]["StoredProductParameters"];
            /** @description SHA-256 of the RFC 8785 JSON of the parameters. */
            checksum: string;
            eligibility?: {
                [key: string]: string;
            };
            eligibilityChecksum?: string;
            /** Format: date-time */
            capturedAt: string;
        };
        /** @description As they were asked for, with all that was left out. */
        StoredProductParameters: {
            currency: string;
            glMapping: {
                [key: string]: string;
            };
            /** @example 400.00 */
            overdraftLimit: string;
        } & {
            [key: string]: unknown;
        };
        Balance: {
            accountId: string;
            currency: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            posted: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            held: string;
            /** @description Null for an unlimited account. */
            available: string | null;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            overdraftLimit: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            debits: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            credits: string;
            version: number;
            /**
             * Format: date
             * @example 2026-11-20
             */
            bookingDate: string;
        };
        PastBalance: {
            accountId: string;
            currency: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            posted: string;
            /** @description Not kept of the past. */
            held: null;
            /** @description Not kept of the past. */
            available: null;
            /** @description Not kept of the past. */
            overdraftLimit: null;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            debits: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            credits: string;
            /** @description How many lines count, the first ones; null if asked for by value date, or where the end of day made some later. */
            version: number | null;
            /** @description Null if not asked for. */
            valueDate: string | null;
            /** @description Null if not asked for. */
            bookingDate: string | null;
            /** @description The last entry that was known: asked with it, the question has this answer for ever. */
            knownAtEntryNo: number;
        };
        Statement: {
            accountId: string;
            currency: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            from: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            to: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            opening: string;
            lines: {
                entryNo: number;
                lineNo: number;
                /** Format: uuid */
                journalEntryId: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                bookingDate: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate: string;
                /**
                 * Format: date-time
                 * @example 2026-11-21T09:30:00.123Z
                 */
                postedAt: string;
                transactionCode: string;
                description?: string;
                reference?: string;
                endToEndId?: string;
                /** @constant */
                detailsErased?: true;
                /** @enum {string} */
                side: "debit" | "credit";
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                runningBalance: string;
                accountVersion: number;
            }[];
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            closing: string;
            /** @description A day in it is not closed yet. */
            provisional: boolean;
            nextCursor: string | null;
        };
        NumberedStatement: {
            accountId: string;
            /** @description 1, 2, 3 … of the account. */
            statementNo: number;
            /** @description Of the account, when the statement was made. */
            name: string;
            currency: string;
            /**
             * @description On which balances are above zero.
             * @enum {string}
             */
            normalSide: "debit" | "credit";
            /**
             * Format: date
             * @example 2026-11-20
             */
            from: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            to: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            opening: string;
            debits: {
                count: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            };
            credits: {
                count: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            };
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            closing: string;
            /**
             * @description All its days are closed.
             * @constant
             */
            provisional: false;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            madeAt: string;
            madeBy: string;
            /** @description SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each line and then of all other members but `checksum`, `erased`, `page` and `pages`, each followed by a line feed. */
            checksum: string;
        };
        NumberedStatementPage: {
            accountId: string;
            /** @description 1, 2, 3 … of the account. */
            statementNo: number;
            /** @description Of the account, when the statement was made. */
            name: string;
            currency: string;
            /**
             * @description On which balances are above zero.
             * @enum {string}
             */
            normalSide: "debit" | "credit";
            /**
             * Format: date
             * @example 2026-11-20
             */
            from: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            to: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            opening: string;
            debits: {
                count: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            };
            credits: {
                count: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            };
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            closing: string;
            /**
             * @description All its days are closed.
             * @constant
             */
            provisional: false;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            madeAt: string;
            madeBy: string;
            /** @description SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each line and then of all other members but `checksum`, `erased`, `page` and `pages`, each followed by a line feed. */
            checksum: string;
            /** @description Of so many lines the details were erased since it was made: lines and statement add up to this checksum now. */
            erased?: {
                lines: number;
                checksum: string;
            };
            page: number;
            pages: number;
            lines: {
                entryNo: number;
                lineNo: number;
                /** Format: uuid */
                journalEntryId: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                bookingDate: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate: string;
                /**
                 * Format: date-time
                 * @example 2026-11-21T09:30:00.123Z
                 */
                postedAt: string;
                transactionCode: string;
                description?: string;
                reference?: string;
                endToEndId?: string;
                /** @constant */
                detailsErased?: true;
                /** @enum {string} */
                side: "debit" | "credit";
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                runningBalance: string;
                accountVersion: number;
                /** @description Of the entry. */
                kind: string;
            }[];
        };
        /** @description What was taken back, and what it should have been, of the kind `correction`. */
        Correction: {
            reversal: components["schemas"]["JournalEntry"];
            posting: components["schemas"]["JournalEntry"];
        };
        Proposal: {
            /** Format: uuid */
            proposalId: string;
            /** @description The type of the command that is proposed. */
            action: string;
            /** @enum {string} */
            status: "pending" | "approved" | "rejected" | "withdrawn" | "expired";
            /** @description The command, as it is run when it is approved. */
            payload: {
                [key: string]: unknown;
            };
            /** @description SHA-256 of its canonical text. */
            payloadHash: string;
            reason: string;
            /** @description Roles of which the decider must have one. */
            deciders: string[];
            madeBy: string;
            madeOnBehalfOf?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            madeAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            expiresAt: string;
            decidedBy?: string;
            decidedOnBehalfOf?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            decidedAt?: string;
            comment?: string;
        };
        Checkpoint: {
            treeSize: number;
            /** @description Base64. */
            rootHash: string;
            /** Format: date-time */
            madeAt: string;
            /** @description A signed note (c2sp.org/signed-note, Ed25519): origin, number of entries, root. */
            checkpoint: string;
        };
        CheckpointKeys: {
            /** @description Of the last checkpoint: name, key id and key, with plus signs between. */
            key: string;
            /** @description What earlier checkpoints were signed with. */
            earlier: string[];
        };
        ConsistencyProof: {
            from: number;
            to: number;
            hashes: string[];
        };
        EntryProof: {
            evidence: components["schemas"]["Evidence"];
            openings: {
                /** @example lines/0 */
                part: string;
                /** @description Base64. */
                salt: string;
                /** @description SHA-256(salt ‖ canonical JSON of this) is what the evidence has for the part. */
                value: {
                    [key: string]: unknown;
                };
            }[];
            /** @description What nobody can open any more: the details were erased, and their salt destroyed. The evidence keeps what they were committed to, so the proof stands. */
            erased?: "details"[];
            leafIndex: number;
            treeSize: number;
            /** @description From the leaf up (RFC 9162). */
            hashes: string[];
            /** @description A signed note (c2sp.org/signed-note, Ed25519): origin, number of entries, root. */
            checkpoint: string;
        };
        /** @description The leaf is SHA-256(0x00 ‖ canonical JSON (RFC 8785) of this). */
        Evidence: {
            /** @constant */
            schema: "plinth.entry/1";
            tenantId: string;
            /** Format: uuid */
            journalEntryId: string;
            entryNo: number;
            kind: string;
            transactionCode: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            bookingDate: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate: string;
            /** Format: date-time */
            postedAt: string;
            reverses?: string;
            lines: string[];
            /** @description Base64. */
            details: string;
        };
        BalanceProof: {
            /** @constant */
            schema: "plinth.balance/1";
            tenantId: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            accountId: string;
            currency: string;
            /**
             * @description What the bank owes the customer.
             * @example 1234.50
             */
            creditBalance: string;
            /**
             * @description What the customer owes the bank.
             * @example 1234.50
             */
            debitBalance: string;
            /** @description Both parts of the balance, a leaf each. */
            shares: {
                share: number;
                /** @description Base64. */
                salt: string;
                /** @example 1234.50 */
                creditBalance: string;
                /** @example 1234.50 */
                debitBalance: string;
                leafIndex: number;
                /** @description The nodes beside the way from the leaf up. */
                path: {
                    /** @description Base64. */
                    hash: string;
                    /** @example 1234.50 */
                    creditBalances: string;
                    /** @example 1234.50 */
                    debitBalances: string;
                }[];
            }[];
            treeSize: number;
            /** @description A signed note (c2sp.org/signed-note, Ed25519): origin, day, and for each currency: accounts, credit balances, debit balances, root. */
            note: string;
        };
        CustomerBalances: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            totals: {
                currency: string;
                accounts: number;
                /** @example 1234.50 */
                creditBalances: string;
                /** @example 1234.50 */
                debitBalances: string;
                /** @description Base64. */
                rootHash: string;
            }[];
            /** Format: date-time */
            madeAt: string;
            /** @description A signed note (c2sp.org/signed-note, Ed25519): origin, day, and for each currency: accounts, credit balances, debit balances, root. */
            note: string;
        };
        Hold: {
            /** Format: uuid */
            holdId: string;
            accountId: string;
            /** @enum {string} */
            status: "active" | "captured" | "released" | "expired";
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            amount: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            captured: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            remaining: string;
            currency: string;
            expiresAt: string | null;
            reference?: string;
            /** @description What it will be captured with. */
            transactionCode?: string;
            decision?: components["schemas"]["StoredRiskDecision"];
            /** @description Of a clearing hold: the credit that it keeps from being available before its day. */
            clears?: {
                /** Format: uuid */
                journalEntryId: string;
                lineNo: number;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                availableFrom: string;
            };
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            placedAt: string;
        };
        SuspenseItem: {
            /** Format: uuid */
            suspenseItemId: string;
            /** @enum {string} */
            status: "open" | "cleared" | "returned";
            /**
             * Format: uuid
             * @description The entry with the diverted line.
             */
            journalEntryId: string;
            lineNo: number;
            /**
             * Format: date
             * @example 2026-11-20
             */
            valueDate: string;
            /** @description Where the money stands. */
            accountId: string;
            intendedAccountId: string;
            because: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            amount: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            cleared: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            returned: string;
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            remaining: string;
            currency: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            openedAt: string;
        };
        RecordedCommand: {
            idempotencyKey: string;
            type: string;
            /** @description The HTTP status that the command was answered with. */
            status: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            decidedAt: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            /** @description The body that it was answered with. */
            body: {
                [key: string]: unknown;
            };
        };
        /** @description CloudEvents 1.0 in JSON. */
        CloudEvent: {
            /** @constant */
            specversion: "1.0";
            /**
             * Format: uuid
             * @description Constant over every delivery.
             */
            id: string;
            /** @example plinth.journal_entry.posted.v1 */
            type: string;
            /** @example /tenants/demo */
            source: string;
            /** @description The id of what it happened to. */
            subject: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            time: string;
            /** @constant */
            datacontenttype: "application/json";
            /**
             * @description The name of the schema of `data`, which /schemas/events/{type} answers.
             * @example urn:plinth:event-schema:plinth.journal_entry.posted.v1
             */
            dataschema: string;
            /** @description 1, 2, 3 … of the tenant, without gaps. */
            position: number;
            correlationid: string;
            causationid?: string;
            data: {
                [key: string]: unknown;
            };
        };
        TrialBalance: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            date: string;
            /** @enum {string} */
            by: "booking" | "value";
            /** @description That was asked for; `date` is its last day. */
            period?: string;
            /** @constant */
            yearEndClose?: "without";
            rows: {
                glCode: string;
                name: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "income" | "expense";
                parentCode?: string;
                /** @enum {string} */
                normalSide: "debit" | "credit";
                postable: boolean;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                credits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                net: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debitBalances: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                creditBalances: string;
                /** @description The net in the base currency, at the rate of the date; null: there is no rate. */
                baseNet: string | null;
            }[];
            totals: {
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                credits: string;
            }[];
            base: components["schemas"]["BaseTotals"];
        };
        /** @description What all comes to in the base currency, at the rates of the date. */
        BaseTotals: {
            currency: string;
            /** @description Of the postable GL accounts that net to a debit; null: one of them has no rate. */
            debits: string | null;
            credits: string | null;
            /** @description What rounding each net left over: debits and rounding are the credits. */
            rounding: string | null;
            /** @description Currencies that have no rate. */
            withoutRate: string[];
            /** @description What was converted with, and of which day it is. */
            rates: {
                currency: string;
                /**
                 * @description What one unit of the currency costs in the base currency: above zero, at most 18 digits before and behind the point.
                 * @example 0.92165
                 */
                rate: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                date: string;
                version: number;
            }[];
        };
        BusinessDate: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
        };
        AuditEvent: {
            /** Format: uuid */
            auditEventId: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            occurredAt: string;
            subject: string;
            roles: string[];
            client?: string;
            onBehalfOf?: string;
            /** @description The network address the request came from. */
            origin?: string;
            action: string;
            object?: string;
            /** @enum {string} */
            outcome: "accepted" | "rejected" | "denied";
            code?: string;
            idempotencyKey?: string;
            correlationId: string;
            causationId?: string;
        };
        Journey: {
            correlationId: string;
            standing: {
                /**
                 * @description `open` while something is not finished, `done`, or `refused` if everything was rejected or denied.
                 * @example open
                 */
                state: string;
                /** @description One line. */
                summary: string;
                open: {
                    /**
                     * @description `hold`, `proposal`, `suspense_item`, `delivery` (an event that a webhook has not taken) or `event` (one that a consumer has not passed on).
                     * @example hold
                     */
                    kind: string;
                    id: string;
                    /**
                     * Format: date-time
                     * @example 2026-11-21T09:30:00.123Z
                     */
                    since: string;
                    what: string;
                }[];
                /** @description False: there is more than is looked at at once, and this says where that much stands. */
                whole: boolean;
            };
            /** @description What the steps name as their causes. */
            causes: {
                causationId: string;
                /** @description Null: nothing that Plinth knows. */
                foundAs: string | null;
                correlationId: string | null;
            }[];
            /** @description Correlation ids of journeys that touch the same things, or that were caused by this one. */
            related: string[];
            data: components["schemas"]["JourneyStep"][];
            nextCursor: string | null;
        };
        JourneyStep: {
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            at: string;
            /**
             * @description `command`, `entry`, `hold`, `suspense_item`, `proposal`, `audit_event`, `event` or `delivery`. Where several have one moment: what was asked, what it did, who is told, who was.
             * @example entry
             */
            kind: string;
            /** @description The idempotency key of a command, the webhook of a delivery, else the id of the thing. */
            id: string;
            /** @description Of the journey that it belongs to: this one, or one that touches the same things. */
            correlationId: string | null;
            causationId?: string;
            /** @description `accepted`, `rejected` or `denied`. */
            outcome?: string;
            /** @description Why not. */
            code?: string;
            /**
             * @description In a few words, for people.
             * @example entry 42 posting TRANSFER
             */
            what: string;
            /** @description Accounts, amounts, dates and numbers of the thing; none of the texts of a customer. */
            details: {
                [key: string]: unknown;
            };
        };
        EodRunReport: {
            /** Format: uuid */
            runId: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            /**
             * Format: date
             * @description What everybody else books on from the cut-off.
             * @example 2026-11-20
             */
            nextDate: string;
            /** @enum {string} */
            dayStatus: "closing" | "closed";
            /** @enum {string} */
            status: "running" | "failed" | "completed";
            /** @description The last entry before the cut-off; 0: there was none. */
            cutOffEntryNo: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            startedAt: string;
            startedBy: string;
            finishedAt: string | null;
            correlationId: string;
            /** @description Who works on it, or did until `workerUntil`. */
            worker?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            workerSince?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            workerUntil?: string;
            failedStep?: string;
            failure?: string;
            steps: {
                name: string;
                /**
                 * Format: date-time
                 * @example 2026-11-21T09:30:00.123Z
                 */
                startedAt: string;
                finishedAt: string | null;
                partitions: number;
                partitionsDone: number;
                /** @description What was done, by name. */
                counts: {
                    [key: string]: number;
                };
            }[];
            /** @description Accounts for which a step failed; resume tries them again. */
            setAside: {
                accountId: string;
                step: string;
                code: string;
                detail: string;
                /**
                 * Format: date-time
                 * @example 2026-11-21T09:30:00.123Z
                 */
                setAsideAt: string;
                attempts: number;
                settledAt: string | null;
            }[];
            /** @description By booking date; opening and closing are debits less credits. */
            controlTotals: {
                glCode: string;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                opening: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                credits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                closing: string;
                lines: number;
            }[];
            /** @description Of a rehearsal: the GL extract that the day would have, with its interest. */
            extract?: components["schemas"]["GlExtract"];
            /** @description Of a rehearsal: where turnover and accounts differ in the extract. */
            differences?: {
                subject: string;
                expected: string;
                found: string;
            }[];
        };
        GlExtract: {
            schema: string;
            tenantId: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            /** @description By GL code and currency. Opening, closing and shown are debits less credits; `debitBalances` and `creditBalances` are of the accounts on which debits, and credits, prevail at the end of the day. Shown is the closing without overdrawn accounts that are shown elsewhere (`movedOut`) and with those of other GL accounts (`movedIn`). `rate`, its day and its version are those of the currency on the day, as they were when the extract was made: a correction does not change them. */
            rows: {
                glCode: string;
                name: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "income" | "expense";
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                opening: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                credits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                closing: string;
                lines: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debitBalances: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                creditBalances: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                movedIn: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                movedOut: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                shown: string;
                /** @description The closing in the base currency, at the rate of the day; null: there was none. */
                baseClosing: string | null;
                rate: string | null;
                rateDate: string | null;
                rateVersion: number | null;
            }[];
            /** @description From where to where overdrawn accounts were moved, as their terms say. */
            moves: {
                glCode: string;
                overdrawnGlCode: string;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
                accounts: number;
            }[];
            totals: {
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                opening: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                credits: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                closing: string;
                lines: number;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                debitBalances: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                creditBalances: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                moved: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                shown: string;
            }[];
            base: components["schemas"]["BaseTotals"];
            /** @description SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each row, each move, each total, of `base` and then of `schema`, `tenantId` and `businessDate`, each followed by a line feed. */
            checksum: string;
        };
        EodRun: {
            /** Format: uuid */
            runId: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            /**
             * Format: date
             * @description What everybody else books on from the cut-off.
             * @example 2026-11-20
             */
            nextDate: string;
            /** @enum {string} */
            dayStatus: "closing" | "closed";
            /** @enum {string} */
            status: "running" | "failed" | "completed";
            /** @description The last entry before the cut-off; 0: there was none. */
            cutOffEntryNo: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            startedAt: string;
            startedBy: string;
            finishedAt: string | null;
            correlationId: string;
            /** @description Who works on it, or did until `workerUntil`. */
            worker?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            workerSince?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            workerUntil?: string;
            failedStep?: string;
            failure?: string;
        };
        YearEnd: {
            year: number;
            /**
             * @description A month, or the thirteenth period of a year.
             * @example 2026-11
             */
            period: string;
            /** @enum {string} */
            status: "open" | "closing" | "final";
            retainedEarningsGlCode?: string;
            /** Format: date-time */
            begunAt?: string;
            begunBy?: string;
            correlationId?: string;
            finalAt?: string | null;
            results: {
                currency: string;
                /**
                 * @description Income less expense.
                 * @example 400.00
                 */
                result: string;
                journalEntryIds: string[];
            }[];
            /** @description Of a rehearsal: what would be posted. */
            lines?: {
                /** @description A code of the chart of accounts. */
                glCode: string;
                currency: string;
                /** @enum {string} */
                side: "debit" | "credit";
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            }[];
        };
        GlExtractHead: {
            /**
             * Format: date
             * @example 2026-11-20
             */
            businessDate: string;
            form: number;
            rows: number;
            /** @description SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each row, each move, each total, of `base` and then of `schema`, `tenantId` and `businessDate`, each followed by a line feed. */
            checksum: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            madeAt: string;
        };
        ReconciliationBreak: {
            /** Format: uuid */
            breakId: string;
            comparison: string;
            /** @description What differs: as long as it does it is the same break. */
            subject: string;
            /** @enum {string} */
            status: "open" | "explained" | "closed";
            expected: string;
            found: string;
            /** @description Found less expected, in minor units; null where it is no amount. */
            differenceMinor: string | null;
            /** Format: uuid */
            firstRunId: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            firstSeenAt: string;
            /** Format: uuid */
            lastRunId: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            lastSeenAt: string;
            /** @description The run that found it no more. */
            closedByRunId: string | null;
            explainedBy: string | null;
            note: string | null;
        };
        ReconciliationBreakHistory: {
            /** Format: uuid */
            breakId: string;
            comparison: string;
            /** @description What differs: as long as it does it is the same break. */
            subject: string;
            /** @enum {string} */
            status: "open" | "explained" | "closed";
            expected: string;
            found: string;
            /** @description Found less expected, in minor units; null where it is no amount. */
            differenceMinor: string | null;
            /** Format: uuid */
            firstRunId: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            firstSeenAt: string;
            /** Format: uuid */
            lastRunId: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            lastSeenAt: string;
            /** @description The run that found it no more. */
            closedByRunId: string | null;
            explainedBy: string | null;
            note: string | null;
            events: {
                eventNo: number;
                /** @enum {string} */
                what: "opened" | "changed" | "explained" | "closed";
                /**
                 * Format: date-time
                 * @example 2026-11-21T09:30:00.123Z
                 */
                at: string;
                by: string;
                runId: string | null;
                expected: string;
                found: string;
                note: string | null;
            }[];
        };
        ReconciliationRun: {
            /** Format: uuid */
            runId: string;
            /** @description The last entry that it knew. */
            asOfEntryNo: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            finishedAt: string;
            startedBy: string;
            correlationId: string;
            comparisons: {
                comparison: string;
                compared: number;
                differing: number;
            }[];
        };
        Rates: {
            data: components["schemas"]["Rate"][];
        };
        Rate: {
            currency: string;
            baseCurrency: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            date: string;
            /** @description The newest approved version of a day holds. */
            version: number;
            /**
             * @description What one unit of the currency costs in the base currency: above zero, at most 18 digits before and behind the point.
             * @example 0.92165
             */
            rate: string;
            source: string;
            /** @enum {string} */
            status: "submitted" | "approved" | "rejected";
            submittedBy: string;
            submittedOnBehalfOf?: string;
            /** Format: date-time */
            submittedAt: string;
            decidedBy?: string;
            decidedOnBehalfOf?: string;
            /** Format: date-time */
            decidedAt?: string;
            reason?: string;
        };
        IssuedApiKey: {
            keyId: string;
            name: string;
            roles: string[];
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute. */
            lastUsedAt: string | null;
            /** @description Shown this once: only its hash is kept. */
            token: string;
        };
        ProposedApiKey: {
            keyId: string;
            /** @description Shown this once. Opens nothing until the proposal is approved. */
            token: string;
            proposal: components["schemas"]["Proposal"];
        };
        ApiKey: {
            keyId: string;
            name: string;
            roles: string[];
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute. */
            lastUsedAt: string | null;
        };
        WebhookWithSecret: {
            /** Format: uuid */
            webhookId: string;
            url: string;
            description: string;
            eventTypes: string[];
            /** @enum {string} */
            status: "active" | "disabled";
            disabledReason: ("by_hand" | "gone" | "long_failure") | null;
            disabledAt: string | null;
            /**
             * @description `open`: too many attempts failed in a row; `half_open`: the next attempt finds out.
             * @enum {string}
             */
            circuit: "closed" | "open" | "half_open";
            failuresInARow: number;
            failingSince: string | null;
            /** @description Null: at once. */
            nextAttemptAt: string | null;
            /** @description The last event that was delivered, given up or not asked for. */
            position: number;
            /** @description Events behind it, of any type. */
            lag: number;
            deadLetters: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            createdAt: string;
            createdBy: string;
            /** @description `whsec_…`, shown this once (Standard Webhooks). */
            secret: string;
        };
        Webhook: {
            /** Format: uuid */
            webhookId: string;
            url: string;
            description: string;
            eventTypes: string[];
            /** @enum {string} */
            status: "active" | "disabled";
            disabledReason: ("by_hand" | "gone" | "long_failure") | null;
            disabledAt: string | null;
            /**
             * @description `open`: too many attempts failed in a row; `half_open`: the next attempt finds out.
             * @enum {string}
             */
            circuit: "closed" | "open" | "half_open";
            failuresInARow: number;
            failingSince: string | null;
            /** @description Null: at once. */
            nextAttemptAt: string | null;
            /** @description The last event that was delivered, given up or not asked for. */
            position: number;
            /** @description Events behind it, of any type. */
            lag: number;
            deadLetters: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            createdAt: string;
            createdBy: string;
        };
        WebhookTest: {
            /** Format: uuid */
            eventId: string;
            delivered: boolean;
            responseStatus: number | null;
            failure: ("status" | "redirect" | "timeout" | "address_refused" | "name_unknown" | "certificate_refused" | "connection_failed") | null;
        };
        WebhookDelivery: {
            position: number;
            /** Format: uuid */
            eventId: string;
            type: string;
            /** @enum {string} */
            status: "failing" | "delivered" | "dead_lettered" | "replaying";
            /** @description Since it was first sent, or last asked to be sent again. */
            attempts: number;
            replays: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            firstAttemptAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            lastAttemptAt: string;
            responseStatus: number | null;
            failure: ("status" | "redirect" | "timeout" | "address_refused" | "name_unknown" | "certificate_refused" | "connection_failed") | null;
        };
        WebhookReplayReport: {
            /** @description Dead letters that will be sent again. */
            replayed: number;
        };
        Settings: {
            version: number;
            /** @description Null: any date back. */
            valueDateDaysBack: number | null;
            valueDateDaysAhead: number;
            /** @description Value dates before it are refused. */
            valueDateFloor: string | null;
            /** @description Own ones, with their decimals. */
            currencies: {
                [key: string]: number;
            };
            postingLimits: {
                transactionCode?: string;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                perPosting: string;
            }[];
            strictTransactionCodes: boolean;
            /** @description What needs a second person. */
            approvals: string[];
            reversalsAlone: {
                [key: string]: string;
            };
            /** @description On which days the bank closes its books. Null: on every day. */
            calendar: {
                weekend: string[];
                /** @example DE-BY */
                holidays: string | null;
                extra: string[];
                working: string[];
            } | null;
            retainedEarningsGlCode: string | null;
            /** @description How positions in other currencies are kept and revalued. Null: they are not. */
            foreignExchange: {
                positionGlCode: string;
                counterValueGlCode: string;
                gainGlCode: string;
                lossGlCode: string;
                rateDaysMax: number;
            } | null;
        };
        SettingsVersion: {
            version: number;
            /** @description Null: any date back. */
            valueDateDaysBack: number | null;
            valueDateDaysAhead: number;
            /** @description Value dates before it are refused. */
            valueDateFloor: string | null;
            /** @description Own ones, with their decimals. */
            currencies: {
                [key: string]: number;
            };
            postingLimits: {
                transactionCode?: string;
                currency: string;
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                perPosting: string;
            }[];
            strictTransactionCodes: boolean;
            /** @description What needs a second person. */
            approvals: string[];
            reversalsAlone: {
                [key: string]: string;
            };
            /** @description On which days the bank closes its books. Null: on every day. */
            calendar: {
                weekend: string[];
                /** @example DE-BY */
                holidays: string | null;
                extra: string[];
                working: string[];
            } | null;
            retainedEarningsGlCode: string | null;
            /** @description How positions in other currencies are kept and revalued. Null: they are not. */
            foreignExchange: {
                positionGlCode: string;
                counterValueGlCode: string;
                gainGlCode: string;
                lossGlCode: string;
                rateDaysMax: number;
            } | null;
            transactionCodes: components["schemas"]["TransactionCode"][];
            /** @description Of products and of the tenant. */
            limits: components["schemas"]["Limit"][];
            /** @description The first entry that is decided with it. */
            firstEntryNo: number;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            changedAt: string;
            changedBy: string;
            changedOnBehalfOf?: string;
            reason: string;
        };
        TransactionCode: {
            code: string;
            name: string;
            roles?: string[];
            debitGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
            creditGlTypes?: ("asset" | "liability" | "equity" | "income" | "expense")[];
            customerInitiated: boolean;
            bankTransactionCode?: string;
            active: boolean;
        };
        Limit: {
            /** @enum {string} */
            scope: "account" | "product" | "tenant";
            accountId?: string;
            productCode?: string;
            /** @description Absent: all codes together. */
            transactionCode?: string;
            currency: string;
            perPosting?: {
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
            };
            perDay?: components["schemas"]["PeriodLimit"];
            perMonth?: components["schemas"]["PeriodLimit"];
        };
        PeriodLimit: {
            /**
             * @description With all decimals of the currency.
             * @example 400.00
             */
            amount?: string;
            count?: number;
            /** @description By the account that was asked for, in the current period. */
            used?: {
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount: string;
                count: number;
            };
            left?: {
                /**
                 * @description With all decimals of the currency.
                 * @example 400.00
                 */
                amount?: string;
                count?: number;
            };
        };
        Product: {
            productCode: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** @description Null: there is none yet. */
            newestVersion: number | null;
            /** @description That accounts are opened with today. */
            versionInForce?: number | null;
        };
        ProductWithVersions: {
            productCode: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** @description Null: there is none yet. */
            newestVersion: number | null;
            /** @description That accounts are opened with today. */
            versionInForce?: number | null;
            versions: components["schemas"]["ProductVersion"][];
        };
        ProductVersion: {
            productCode: string;
            version: number;
            /** Format: uuid */
            productVersionId: string;
            /** @enum {string} */
            status: "draft" | "submitted" | "approved" | "rejected" | "superseded";
            /**
             * Format: date
             * @example 2026-11-20
             */
            effectiveFrom: string;
            parameters: components["schemas"]["StoredProductParameters"];
            /** @description SHA-256 of the RFC 8785 JSON of the parameters. */
            checksum: string;
            history: {
                change: string;
                by: string;
                onBehalfOf?: string;
                /** Format: date-time */
                at: string;
                reason?: string;
                /** @description SHA-256 of the RFC 8785 JSON of the parameters. */
                checksum: string;
            }[];
        };
        Simulation: {
            productCode: string;
            version: number;
            currency: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            from: string;
            /**
             * Format: date
             * @example 2026-11-20
             */
            to: string;
            compounding: boolean;
            totals: {
                /**
                 * @description Unrounded, to 18 decimals.
                 * @example 1.369863013698630137
                 */
                creditExact: string;
                /**
                 * @description Unrounded, to 18 decimals.
                 * @example 1.369863013698630137
                 */
                debitExact: string;
                /** @example 400.00 */
                credit: string;
                /** @example 400.00 */
                tax: string;
                /** @example 400.00 */
                debit: string;
                /** @example 400.00 */
                fees: string;
            };
            /** @description Each for a period that ended, in the order of the days. */
            fees: {
                code: string;
                /** @example 400.00 */
                amount: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                periodEnd: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate: string;
            }[];
            periods: {
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                from: string;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                to: string;
                /** @description Null: the period goes on. */
                capitalised: {
                    /** @example 400.00 */
                    credit: string;
                    /** @example 400.00 */
                    tax: string;
                    /** @example 400.00 */
                    debit: string;
                } | null;
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                valueDate: string;
                /** @description What stays accrued: of a capitalised period what rounding left. */
                remaining: {
                    credit: {
                        /**
                         * @description Unrounded, to 18 decimals.
                         * @example 1.369863013698630137
                         */
                        exact: string;
                        /** @example 400.00 */
                        rounded: string;
                    };
                    debit: {
                        /**
                         * @description Unrounded, to 18 decimals.
                         * @example 1.369863013698630137
                         */
                        exact: string;
                        /** @example 400.00 */
                        rounded: string;
                    };
                };
            }[];
            days?: {
                /**
                 * Format: date
                 * @example 2026-11-20
                 */
                date: string;
                /** @example 400.00 */
                balance: string;
                /**
                 * @description Of a year.
                 * @example 1/365
                 */
                dayFraction: string;
                credit: {
                    /**
                     * @description Unrounded, to 18 decimals.
                     * @example 1.369863013698630137
                     */
                    exact: string;
                    /**
                     * @description The change of what is rounded.
                     * @example 400.00
                     */
                    posted: string;
                };
                debit: {
                    /**
                     * @description Unrounded, to 18 decimals.
                     * @example 1.369863013698630137
                     */
                    exact: string;
                    /**
                     * @description The change of what is rounded.
                     * @example 400.00
                     */
                    posted: string;
                };
            }[];
        };
        DecidedProposal: {
            /** Format: uuid */
            proposalId: string;
            /** @description The type of the command that is proposed. */
            action: string;
            /** @enum {string} */
            status: "pending" | "approved" | "rejected" | "withdrawn" | "expired";
            /** @description The command, as it is run when it is approved. */
            payload: {
                [key: string]: unknown;
            };
            /** @description SHA-256 of its canonical text. */
            payloadHash: string;
            reason: string;
            /** @description Roles of which the decider must have one. */
            deciders: string[];
            madeBy: string;
            madeOnBehalfOf?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            madeAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            expiresAt: string;
            decidedBy?: string;
            decidedOnBehalfOf?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:30:00.123Z
             */
            decidedAt?: string;
            comment?: string;
            /** @description What was approved, as the single call would answer it. */
            result?: {
                status: number;
                body: {
                    [key: string]: unknown;
                };
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    isLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listEventSchemas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are named. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readEventSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON Schema 2020-12. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text of Prometheus. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostingRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
        };
    };
    runBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description An answer for each command, in order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
        };
    };
    listGlAccounts: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["GlAccount"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createGlAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GlAccountRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GlAccount"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                glCode?: string;
                status?: "open" | "dormant" | "frozen" | "closed";
                productCode?: string;
                customerId?: string;
                currency?: string;
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Account"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    openAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAccountRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    readAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    readTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TermsSnapshot"][];
                    };
                };
            };
        };
    };
    changeTerms: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermsRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    setStatus: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    readBalance: {
        parameters: {
            query?: {
                /** @description Of lines of this value date or an earlier one. */
                valueDate?: string;
                /** @description Of lines booked on this day or an earlier one. */
                bookingDate?: string;
                /** @description Of entries up to and including this one; not beside knownAt. */
                knownAtEntryNo?: number;
                /** @description Of entries posted at this moment or an earlier one; before now. */
                knownAt?: string;
            };
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Balance"] | components["schemas"]["PastBalance"];
                };
            };
        };
    };
    readStatement: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                };
            };
        };
    };
    listNumberedStatements: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["NumberedStatement"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    makeStatement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatementRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberedStatement"];
                };
            };
        };
    };
    readNumberedStatement: {
        parameters: {
            query?: {
                /** @description From 1, the default; the answer says how many there are. */
                page?: number;
            };
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
                statementNo: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statement, as it was when it was made. XML is an ISO 20022 camt.053.001.08. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberedStatementPage"];
                    "text/plain": string;
                    "text/csv": string;
                    "application/xml": string;
                };
            };
        };
    };
    listJournalEntries: {
        parameters: {
            query?: {
                accountId?: string;
                transactionCode?: string;
                correlationId?: string;
                reference?: string;
                endToEndId?: string;
                kind?: string;
                period?: string;
                bookingDateFrom?: string;
                bookingDateTo?: string;
                valueDateFrom?: string;
                valueDateTo?: string;
                entryNoFrom?: number;
                entryNoTo?: number;
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["JournalEntry"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    readJournalEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
        };
    };
    listReversals: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["JournalEntry"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    reverseJournalEntry: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReversalRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
        };
    };
    correctJournalEntry: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectionRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correction"];
                };
            };
        };
    };
    proposeErasure: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
        };
    };
    readLatestCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the form that Accept asks for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                    "text/plain": string;
                };
            };
        };
    };
    readCheckpointKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the form that Accept asks for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointKeys"];
                    "text/plain": string;
                };
            };
        };
    };
    proveConsistency: {
        parameters: {
            query: {
                /** @description The size of the earlier tree. */
                from: number;
                /** @description Of the later one; absent: that of the last checkpoint. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsistencyProof"];
                };
            };
        };
    };
    proveJournalEntry: {
        parameters: {
            query?: {
                /** @description `all`, or the id of the account whose lines are shown; absent: nothing is. */
                open?: string;
            };
            header?: never;
            path: {
                journalEntryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryProof"];
                };
            };
        };
    };
    proveBalance: {
        parameters: {
            query?: {
                /** @description A closed day; absent: the last one that was signed. */
                date?: string;
            };
            header?: never;
            path: {
                /** @description Chosen by the caller, or made by Plinth. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalanceProof"];
                };
            };
        };
    };
    readCustomerBalances: {
        parameters: {
            query?: {
                /** @description A closed day; absent: the last one that was signed. */
                date?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the form that Accept asks for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerBalances"];
                    "text/plain": string;
                };
            };
        };
    };
    listHolds: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
                accountId?: string;
                status?: "active" | "captured" | "released" | "expired";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Hold"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    placeHold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    readHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Made by Plinth. */
                holdId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    captureHold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Made by Plinth. */
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptureRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
        };
    };
    releaseHold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Made by Plinth. */
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    extendHold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Made by Plinth. */
                holdId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExtendRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    listSuspenseItems: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
                status?: "open" | "cleared" | "returned";
                accountId?: string;
                intendedAccountId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SuspenseItem"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    readSuspenseItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Made by Plinth. */
                suspenseItemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuspenseItem"];
                };
            };
        };
    };
    clearSuspenseItem: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Made by Plinth. */
                suspenseItemId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClearingRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntry"];
                };
            };
        };
    };
    readCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 255 visible ASCII characters. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedCommand"];
                };
            };
        };
    };
    abandonCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 255 visible ASCII characters. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedCommand"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Events behind this position; absent: from the first. Of a stream Last-Event-ID comes before it. */
                after?: number;
                limit?: number;
                /** @description Types of events, separated by commas; `plinth.account.*`: all that begin so. One that names none is refused. Absent: all that the caller may read. */
                types?: string;
                /** @description So many seconds are waited for the first event, if there is none. */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the form that Accept asks for. Of a stream each event has its position as `id` and the CloudEvent as `data`; an `id` alone says how far was looked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CloudEvent"][];
                        /** @description The last position that was looked at, whatever fitted: `after` of the next request. */
                        nextAfter: number;
                    };
                    "text/event-stream": string;
                };
            };
        };
    };
    readTrialBalance: {
        parameters: {
            query?: {
                /** @description Up to and including this day; the business date if absent. */
                date?: string;
                by?: "booking" | "value";
                /** @description Up to and including this period, whenever its entries were booked; instead of `date` and `by`. */
                period?: string;
                /** @description `without` the entries that close the year asked for: its income and expense are shown. Default `with`. */
                yearEndClose?: "with" | "without";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialBalance"];
                };
            };
        };
    };
    readBusinessDate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BusinessDate"];
                };
            };
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                subject?: string;
                action?: string;
                object?: string;
                outcome?: "accepted" | "rejected" | "denied";
                correlationId?: string;
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEvent"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    readJourney: {
        parameters: {
            query?: {
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description What came as X-Correlation-Id, or was made in its place. */
                correlationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Journey"];
                };
            };
        };
    };
    listEodRuns: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["EodRun"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    runEod: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EodRunRequest"];
            };
        };
        responses: {
            /** @description Closed already, or a rehearsal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EodRunReport"];
                };
            };
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EodRunReport"];
                };
            };
        };
    };
    resumeEod: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EodResumeRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EodRunReport"];
                };
            };
        };
    };
    readEodRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EodRunReport"];
                };
            };
        };
    };
    listYearEnds: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["YearEnd"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    closeYear: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["YearEndRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["YearEnd"];
                };
            };
        };
    };
    readYearEnd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                year: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["YearEnd"];
                };
            };
        };
    };
    listGlExtracts: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["GlExtractHead"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    readGlExtract: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                date: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The extract, as it was made when the day was closed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GlExtract"];
                    "text/csv": string;
                };
            };
        };
    };
    listReconciliationBreaks: {
        parameters: {
            query?: {
                status?: "open" | "explained" | "closed";
                comparison?: "journal_balances" | "balances_marks" | "holds_held" | "journal_control_totals" | "control_totals_extracts" | "accruals_gl";
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ReconciliationBreak"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    readReconciliationBreak: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                breakId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationBreakHistory"];
                };
            };
        };
    };
    explainReconciliationBreak: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                breakId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BreakExplanation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationBreak"];
                };
            };
        };
    };
    listReconciliationRuns: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ReconciliationRun"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listRates: {
        parameters: {
            query?: {
                currency?: string;
                dateFrom?: string;
                dateTo?: string;
                status?: "submitted" | "approved" | "rejected";
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Rate"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    submitRates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatesToSubmit"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
        };
    };
    approveRates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatesToApprove"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
        };
    };
    rejectRates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatesToReject"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    issueApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedApiKey"];
                };
            };
            /** @description Proposed: a second person decides. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposedApiKey"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Webhook"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    readWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChanges"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookSecretRotation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    enableWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    disableWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                status?: "failing" | "delivered" | "dead_lettered" | "replaying";
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookReplay"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplayReport"];
                };
            };
        };
    };
    readSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    changeSettings: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    listSettings: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SettingsVersion"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listTransactionCodes: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TransactionCode"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    registerTransactionCode: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionCodeRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionCode"];
                };
            };
        };
    };
    listCurrencies: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            code: string;
                            decimals: number;
                            own: boolean;
                        }[];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listLimits: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Every limit that applies to the account, with what it has used and has left. */
                accountId?: string;
                productCode?: string;
                transactionCode?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Limit"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    setLimit: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limit"];
                };
            };
        };
    };
    listProducts: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Product"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    readProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductWithVersions"];
                };
            };
        };
    };
    draftProductVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductVersionRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductVersion"];
                };
            };
        };
    };
    changeProductVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductVersionChangeRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductVersion"];
                };
            };
        };
    };
    submitProductVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductSubmission"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductVersion"];
                };
            };
        };
    };
    approveProductVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductApproval"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductVersion"];
                };
            };
        };
    };
    rejectProductVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductRejection"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductVersion"];
                };
            };
        };
    };
    simulateProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Chosen by the caller. */
                productCode: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
        };
    };
    listProposals: {
        parameters: {
            query?: {
                order?: "asc" | "desc";
                limit?: number;
                /** @description nextCursor of the page before. */
                cursor?: string;
                status?: "pending" | "approved" | "rejected" | "withdrawn";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Proposal"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    propose: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProposalRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
        };
    };
    readProposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                proposalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the books stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
        };
    };
    approveProposal: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                proposalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerdictRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecidedProposal"];
                };
            };
        };
    };
    rejectProposal: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                proposalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerdictRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecidedProposal"];
                };
            };
        };
    };
    withdrawProposal: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 255 visible ASCII characters. The same key and command get the same answer, for ever. */
                "Idempotency-Key": string;
            };
            path: {
                proposalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerdictRequest"];
            };
        };
        responses: {
            /** @description Done, now or by an earlier request with this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecidedProposal"];
                };
            };
        };
    };
}
