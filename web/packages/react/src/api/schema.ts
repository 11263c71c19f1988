// Generated from the API document by `npm run api`: not to be edited.

export interface paths {
    "/api/jobs/cancel/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `POST /api/v1/jobs/{id}/cancel`. */
        post: operations["short_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/clear-completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `POST /api/v1/jobs/clear-completed`. */
        post: operations["short_clear_completed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/pause/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `POST /api/v1/jobs/{id}/pause`. */
        post: operations["short_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `POST /api/v1/jobs/reset`. */
        post: operations["short_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/resume/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `POST /api/v1/jobs/{id}/resume`. */
        post: operations["short_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** As `GET /api/v1/status`. */
        get: operations["short_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what a person should look at. */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists batches, the newest first. */
        get: operations["list_batches"];
        put?: never;
        /** Makes a batch before it has jobs, or gives a reason to one that has none. */
        post: operations["create_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a batch. */
        get: operations["show_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels all unfinished jobs of a batch. */
        post: operations["cancel_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses all unfinished jobs of a batch: chunks in flight end, no new one starts. */
        post: operations["pause_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs everything in a batch again that has ended. */
        post: operations["restart_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets the paused jobs of a batch go on. */
        post: operations["resume_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs again what failed or was not run in the jobs of a batch that have ended. Jobs in which
         *     nothing failed are among the refused.
         */
        post: operations["retry_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams events as they happen, as server-sent events.
         * @description `id` is the event's number, `event` its type, `data` the event. After a break the client says
         *     with `Last-Event-ID` what it saw last, and misses nothing; the answer's own `Last-Event-ID` says
         *     after which event the stream begins, for a client that loses it before it has heard of one. Of
         *     several waiting `job.progress` events of one job only the last is sent.
         */
        get: operations["stream_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists jobs. */
        get: operations["list_jobs"];
        put?: never;
        /**
         * Submits a job.
         * @description With `Content-Type: application/x-ndjson` the first line is the job without `items`, and each
         *     further line is an item; any number of them, all or nothing. Should the store have taken the job
         *     and cannot show it at that moment, the answer has only its `id` and `state`.
         */
        post: operations["submit_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Does something to many jobs, those named or those that a filter matches. */
        post: operations["act_on_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submits many jobs in one transaction. */
        post: operations["submit_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/clear-completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deletes all completed jobs. */
        post: operations["clear_completed_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts jobs by state. */
        get: operations["count_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels all that is unfinished. */
        post: operations["reset_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a job. */
        get: operations["show_job"];
        put?: never;
        post?: never;
        /** Deletes a job that has ended, with its items, results and log. */
        delete: operations["delete_job"];
        options?: never;
        head?: never;
        /** Changes an unfinished job. */
        patch: operations["change_job"];
        trace?: never;
    };
    "/api/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels the job: running handlers are told at once and killed after the grace. */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the failures of a job's items by kind and message shape, the most frequent first. */
        get: operations["list_errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what happened to a job, the oldest first. */
        get: operations["list_job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows what the job depends on, and what depends on it: each with all that is further up or
         *     down, at most 2,000 in each direction.
         */
        get: operations["show_job_graph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the items of a job, in their order. */
        get: operations["list_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/items/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one item, by its key or, for items without keys, by its position. */
        get: operations["show_item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the log as text, or as server-sent events when asked for `text/event-stream`.
         * @description Events are named `log`, with `{"text":"…"}` of whole lines and an id to go on from
         *     (`Last-Event-ID`); the last one is named `end`.
         */
        get: operations["read_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses the job: chunks in flight end, no new one starts. */
        post: operations["pause_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs everything again. */
        post: operations["restart_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams how each item that has ended did so, in the order of the items; of a job without
         *     items, its one call.
         * @description In CSV the members of results that are objects have columns of their own, `result.name`.
         */
        get: operations["stream_results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a paused job go on. */
        post: operations["resume_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs again what failed or was not run. */
        post: operations["retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows values of the job over time. */
        get: operations["list_job_samples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Waits until the job has ended; answers with the job as it is then, or at the time-out. */
        get: operations["wait_for_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the limits with what they are now and how much of each is used. */
        get: operations["list_limits"];
        /**
         * Sets limits and gives up what was set. Takes effect on all nodes at once; jobs that run are
         *     left to run.
         */
        put: operations["set_limits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists all nodes, the oldest first; those that fell silent too, until they are forgotten. */
        get: operations["list_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{name}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a node to take no more work.
         * @description It hears of that within a few seconds, finishes the chunks that its workers are at and gives back
         *     the others that it has. It stays so until it is resumed, or started again.
         */
        post: operations["drain_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a drained node take work again. */
        post: operations["resume_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists notifications, the newest first. */
        get: operations["list_notifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists messages to addresses outside, the newest first. */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks notifications as read. */
        post: operations["read_notifications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what a user asked to be told of. */
        get: operations["show_preferences"];
        /** Says what a user asks to be told of, in place of all that was said before. */
        put: operations["set_preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the queues by name. */
        get: operations["list_queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a queue. */
        get: operations["show_queue"];
        /** Limits a queue, which may be one that no job was submitted to yet. */
        put: operations["set_queue"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a queue: none of its pending jobs starts. Running ones go on. */
        post: operations["pause_queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a paused queue go on. */
        post: operations["resume_queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the schedules by name. */
        get: operations["list_schedules"];
        put?: never;
        /** Makes a schedule. */
        post: operations["create_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a schedule. */
        get: operations["show_schedule"];
        /** Replaces what a schedule says. Its past stays. */
        put: operations["replace_schedule"];
        post?: never;
        /** Deletes a schedule. Its jobs stay. */
        delete: operations["delete_schedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Holds a schedule: it runs no more until it is resumed, and what passes meanwhile is not missed. */
        post: operations["pause_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a paused schedule run again, from now on. */
        post: operations["resume_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a schedule now, whether it is paused or a job of it is unfinished; its next run stays. */
        post: operations["run_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells everything that a dashboard's first page shows. */
        get: operations["show_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows CPU, memory, disk, waiting jobs and throughput over time, at most 360 points. */
        get: operations["list_system_samples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the declared tasks by name. */
        get: operations["list_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a task. */
        get: operations["show_task"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells how many jobs and items of a task ended, how, and how long they took, over time. */
        get: operations["show_task_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pauses a task: none of its pending jobs starts, and those that run get no new work. What is in
         *     workers' hands goes on.
         */
        post: operations["pause_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{name}/reset-breaker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes the task's breaker, so that its work goes on at once. */
        post: operations["reset_breaker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a paused task go on. */
        post: operations["resume_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the templates by name. */
        get: operations["list_templates"];
        put?: never;
        /** Keeps a submission as a template. */
        post: operations["create_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a template. */
        get: operations["show_template"];
        /** Replaces a template. Jobs that it gave stay as they are. */
        put: operations["replace_template"];
        post?: never;
        /** Deletes a template. Schedules that name it run into errors until there is one again. */
        delete: operations["delete_template"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/launch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submits the job of a template.
         * @description The body may hold any fields of a job, which go before those of the template; `params` and
         *     `labels` are put together name by name.
         */
        post: operations["launch_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the workers of all nodes that run. */
        get: operations["list_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams events as they happen, over a WebSocket.
         * @description Each message is an event as JSON, as `/events` sends it. The first message says with
         *     `{"type": "begin", "last_event_id": 17}` after which event the stream begins. After a break the
         *     client gives the `seq` of the last event that it saw as `last_event_id`, and misses nothing.
         */
        get: operations["stream_events_by_websocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the process lives. */
        get: operations["show_health"];
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
        /**
         * Gives metrics in Prometheus' text format. What the store cannot tell just now stays as it was:
         *     `paceline_store_readable` is 0 then, and `paceline_store_up` is 0 when it cannot write.
         */
        get: operations["show_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether the node can take work: 503 while its store cannot write. */
        get: operations["show_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @enum {string} */
        Action: "cancel" | "pause" | "resume" | "retry" | "restart" | "delete" | "change";
        /** @description Does something to many jobs: those in `ids`, or those that `filter` matches. */
        ActionsRequest: {
            action: components["schemas"]["Action"];
            change?: components["schemas"]["PatchRequest"] | null;
            /** @description Only count. */
            dry_run?: boolean;
            filter?: components["schemas"]["FilterRequest"] | null;
            /** @description Job ids or unique prefixes, at most 10,000. */
            ids?: string[] | null;
            /** @description Why jobs are cancelled, for the record. */
            reason?: string | null;
        };
        /**
         * @description What a job waits for: a job by its id, all jobs that a batch has at the time of the submission,
         *     or a job that stands before this one in the same bulk submission, by its position from 0.
         */
        After: string | {
            batch: string;
        } | {
            index: number;
        };
        /** @enum {string} */
        AfterPolicy: "completed" | "finished" | "failed";
        /** @description Something that a person should look at. */
        Alert: {
            /** @example workers_broken */
            code: string;
            message: string;
            since?: components["schemas"]["Time"] | null;
            /** @description What it is about: a task, a node, a pool of a node. */
            subject?: string;
        };
        /** @description Jobs with one name, and what they have come to. */
        Batch: {
            completed_at?: components["schemas"]["Time"] | null;
            created_at: components["schemas"]["Time"];
            /** @description The name: by it the routes know the batch. */
            id: string;
            /** @description Jobs by state, merged ones too; states that none is in are 0. */
            jobs: {
                [key: string]: number;
            };
            name: string;
            progress: components["schemas"]["BatchProgress"];
            reason?: string | null;
            started_at?: components["schemas"]["Time"] | null;
            state: components["schemas"]["BatchState"];
        };
        /**
         * @description Items of all jobs together. A job without items counts as one item, and so does one whose items
         *     are not listed yet.
         */
        BatchProgress: {
            /** Format: int64 */
            cancelled: number;
            /** Format: int64 */
            done: number;
            /**
             * Format: double
             * @description Seconds until the end at the pace since the first job started; null when it is not known.
             */
            eta_seconds?: number | null;
            /** Format: int64 */
            failed: number;
            /**
             * Format: double
             * @description Done of all, 0 to 100; 100 only when no job is unfinished.
             */
            percent: number;
            /** Format: int64 */
            remaining: number;
            /** Format: int64 */
            running: number;
            /** Format: int64 */
            skipped: number;
            /** Format: int64 */
            succeeded: number;
            /** Format: int64 */
            total: number;
        };
        BatchRequest: {
            /**
             * @description The name that jobs give as their `batch`.
             * @example nightly-2026-11-26
             */
            name: string;
            /**
             * @description Why these jobs are run.
             * @example new model
             */
            reason?: string | null;
        };
        /** @enum {string} */
        BatchState: "empty" | "open" | "completed";
        /** @description A task's breaker: after too many failures its work waits instead of failing too. */
        Breaker: {
            cool_down: components["schemas"]["Duration"];
            /** Format: int32 */
            failed: number;
            /**
             * Format: int32
             * @description Fewer attempts in the window say nothing.
             */
            minimum: number;
            /**
             * Format: int32
             * @description Items that must succeed after the cool-down to close it.
             */
            probes: number;
            /**
             * Format: double
             * @description The share of failed attempts that opens it.
             */
            rate: number;
            state: components["schemas"]["BreakerStateName"];
            /**
             * Format: int32
             * @description Attempts in the window that succeeded, or of the probes when it is half-open.
             */
            succeeded: number;
            until?: components["schemas"]["Time"] | null;
            window: components["schemas"]["Duration"];
        };
        /**
         * @description Where a breaker stands.
         * @enum {string}
         */
        BreakerStateName: "closed" | "open" | "half_open";
        /** @description What became of the jobs of a bulk submission, in its order. */
        BulkAnswer: {
            jobs: components["schemas"]["SubmittedJob"][];
        };
        /** @description Many jobs to submit in one transaction. */
        BulkRequest: {
            jobs: components["schemas"]["JobRequest"][];
        };
        CancelRequest: {
            /** @description Why, for the record. */
            reason?: string | null;
        };
        /** @enum {string} */
        Channel: "email" | "webhook";
        /** @description The last clean-up, and what it removed. */
        CleanUp: {
            at: components["schemas"]["Time"];
            /** Format: int64 */
            cancelled?: number;
            /** Format: int64 */
            completed?: number;
            /** Format: int64 */
            events: number;
            /** Format: int64 */
            failed?: number;
            /**
             * Format: int64
             * @description All jobs that were removed, and by the state that they had ended in.
             */
            jobs: number;
            /** Format: int64 */
            merged?: number;
            /**
             * Format: int64
             * @description Results of jobs and items that stay.
             */
            results?: number;
            /**
             * Format: double
             * @description How long it took.
             */
            seconds?: number;
        };
        ConfirmRequest: {
            /** @description Must be true. */
            confirm?: boolean;
        };
        /** @description What an action did. */
        Controlled: {
            /** Format: int64 */
            changed: number;
            /** Format: int64 */
            matched: number;
            /** @description Jobs that refused, at most 1,000 of them. */
            refused: components["schemas"]["Refused"][];
        };
        /** @description A message to an address outside. */
        Delivery: {
            address: string;
            /** Format: int32 */
            attempts: number;
            channel: components["schemas"]["Channel"];
            /** @description Of the last attempt that failed. */
            error?: string | null;
            /**
             * Format: uuid
             * @description A webhook carries it as `webhook-id`, after `msg_`.
             */
            id: string;
            news: components["schemas"]["News"];
            next_attempt_at?: components["schemas"]["Time"] | null;
            settled_at?: components["schemas"]["Time"] | null;
            state: components["schemas"]["DeliveryState"];
            /** @description The subscription of the configuration that it fulfils … */
            subscription?: string | null;
            type: components["schemas"]["EventType"];
            /** @description … or the user whose preferences ask for it. */
            user?: string | null;
        };
        /** @enum {string} */
        DeliveryState: "waiting" | "sent" | "failed";
        /**
         * @description Duration: `"250ms"`, `"30s"`, `"5m"`, `"72h"`, `"2d"`, or seconds.
         * @example 30s
         */
        Duration: string | number;
        Error: {
            /** @description Key or position of the item that it happened to. */
            item?: string | null;
            kind: components["schemas"]["ErrorKind"];
            message: string;
            traceback?: string | null;
        };
        /** @enum {string} */
        ErrorCode: "not_json" | "bad_request" | "host_not_allowed" | "cross_origin" | "no_such_route" | "no_such_job" | "no_such_item" | "no_such_task" | "no_such_node" | "no_such_queue" | "no_such_batch" | "no_such_schedule" | "no_such_template" | "method_not_allowed" | "body_timeout" | "wrong_state" | "ambiguous_id" | "name_taken" | "duplicate_job" | "outdated" | "results_expired" | "body_too_large" | "wrong_content_type" | "unknown_field" | "invalid_field" | "invalid_params" | "duplicate_key" | "dependency_cycle" | "needs_items" | "unknown_task" | "too_many" | "not_confirmed" | "idempotency_key_reused" | "internal" | "store_damaged" | "in_progress" | "starting" | "stopping" | "store_unavailable" | "store_full";
        /** @description Failures of one kind and message shape. */
        ErrorGroup: {
            /** Format: int64 */
            count: number;
            /** @description Keys or positions of some items of the group, at most five. */
            examples: string[];
            kind: components["schemas"]["ErrorKind"];
            /** @description A whole message of the group. */
            message: string;
            /**
             * @description The message without its particulars.
             * @example row …: '…' missing
             */
            shape: string;
        };
        /** @enum {string} */
        ErrorKind: "handler" | "timeout" | "memory" | "crash" | "dependency" | "cancelled" | "lost";
        /** @description Seconds that a job should take by the history of its task, and what that is based upon. */
        Estimate: {
            /**
             * Format: int64
             * @description How many past jobs or items were looked at.
             */
            based_on: number;
            /** Format: double */
            high: number;
            /**
             * Format: double
             * @description By whole jobs: eight of ten took between these. By items: as far from it as half of the past
             *     items strayed from their mean, less where many follow each other.
             */
            low: number;
            of: components["schemas"]["EstimateBasis"];
            /** Format: double */
            seconds: number;
        };
        /**
         * @description What an estimate is based upon.
         * @enum {string}
         */
        EstimateBasis: "jobs" | "items";
        /** @description One thing that happened. */
        Event: {
            at: components["schemas"]["Time"];
            batch?: string | null;
            /** @description Particulars, by type: counters, an error message, a node. */
            data: Record<string, unknown>;
            job?: components["schemas"]["JobId"] | null;
            /**
             * Format: int64
             * @description Its place in the one stream of the store, which is also the id of the server-sent event.
             */
            seq: number;
            state?: components["schemas"]["JobState"] | null;
            task?: string | null;
            type: components["schemas"]["EventType"];
        };
        /** @enum {string} */
        EventType: "job.submitted" | "job.started" | "job.planned" | "job.progress" | "job.paused" | "job.resumed" | "job.postponed" | "job.rescheduled" | "job.due" | "job.blocked" | "job.unblocked" | "job.completed" | "job.failed" | "job.cancelled" | "job.merged" | "job.retried" | "job.restarted" | "job.changed" | "job.deleted" | "job.long_running" | "job.recovered" | "job.log" | "queue.paused" | "queue.resumed" | "task.paused" | "task.resumed" | "hold.set" | "hold.lifted" | "limit.changed" | "breaker.opened" | "breaker.half_open" | "breaker.closed" | "node.started" | "node.stopped" | "node.drained" | "node.resumed" | "worker.started" | "worker.died" | "system.cleaned_up" | "schedule.created" | "schedule.changed" | "schedule.paused" | "schedule.resumed" | "schedule.deleted" | "schedule.fired" | "schedule.skipped" | "schedule.failed" | "batch.completed" | "template.created" | "template.changed" | "template.deleted" | "alert.opened" | "alert.closed";
        /** @description One wrong field. */
        FieldError: {
            /**
             * @description Path from the body's root, such as `items[3].key`, or the name of a parameter.
             * @example items[3].key
             */
            field: string;
            message: string;
        };
        /** @description Conditions on jobs, as in `GET /api/v1/jobs`; all that are given must hold. */
        FilterRequest: {
            batch?: string | null;
            created_after?: components["schemas"]["Time"] | null;
            created_before?: components["schemas"]["Time"] | null;
            key?: string | null;
            /**
             * @description `name:value`, several separated by commas.
             * @example team:a
             */
            label?: string | null;
            /** @description Id prefix, or part of name, user, key, label or params. */
            q?: string | null;
            queue?: string | null;
            /**
             * @description States, separated by commas.
             * @example running,pending
             */
            state?: string | null;
            task?: string | null;
            user?: string | null;
        };
        /** @description A job and all that it depends on or that depends on it. */
        Graph: {
            /** @description The oldest first. */
            ancestors: components["schemas"]["GraphNode"][];
            descendants: components["schemas"]["GraphNode"][];
            job: components["schemas"]["GraphNode"];
            /** @description There are more than are listed. */
            truncated: boolean;
        };
        GraphNode: {
            /** @description The jobs among these that it waits or waited for. */
            after: components["schemas"]["JobId"][];
            id: components["schemas"]["JobId"];
            name: string;
            state: components["schemas"]["JobState"];
            task: string;
        };
        /** @description Since when a queue or task is paused, and why. */
        Hold: {
            reason?: string | null;
            since: components["schemas"]["Time"];
            until?: components["schemas"]["Time"] | null;
        };
        /** @description How a queue or task is paused. */
        HoldRequest: {
            /** @description Why, for those who wait. */
            reason?: string | null;
            until?: components["schemas"]["Time"] | null;
        };
        Item: {
            /**
             * Format: int32
             * @description Attempts that ended.
             */
            attempts: number;
            /**
             * Format: double
             * @description Of the last attempt.
             */
            duration_ms?: number | null;
            error?: components["schemas"]["Error"] | null;
            finished_at?: components["schemas"]["Time"] | null;
            key?: string | null;
            payload: unknown;
            result?: unknown;
            /**
             * Format: int32
             * @description Its position in the job, from 0.
             */
            seq: number;
            state: components["schemas"]["ItemState"];
        };
        /** @enum {string} */
        ItemState: "pending" | "running" | "succeeded" | "failed" | "skipped" | "cancelled";
        /**
         * @description Items (and jobs without items) that succeeded or failed for good; times are of those that
         *     succeeded, null where none did.
         */
        ItemsEnded: {
            /** Format: int64 */
            failed: number;
            /** Format: double */
            p50_ms?: number | null;
            /** Format: double */
            p95_ms?: number | null;
            /** Format: double */
            p99_ms?: number | null;
            /** Format: int64 */
            succeeded: number;
            /**
             * Format: double
             * @description Succeeded of all that ended, 0 to 1.
             */
            success_rate?: number | null;
        };
        Job: {
            /** @description Jobs that it waits or waited for, of those that are there still. */
            after: components["schemas"]["JobId"][];
            after_policy?: components["schemas"]["AfterPolicy"] | null;
            /**
             * Format: int32
             * @description 1 at first, one more by each automatic retry, retry or restart.
             */
            attempt: number;
            batch?: string | null;
            cached_from?: components["schemas"]["JobId"] | null;
            created_at: components["schemas"]["Time"];
            /**
             * Format: double
             * @description From the start to the end, or to now.
             */
            duration_seconds?: number | null;
            error?: components["schemas"]["Error"] | null;
            estimate?: components["schemas"]["Estimate"] | null;
            /**
             * Format: double
             * @description How long the whole job should take, by the task's history; null when that is unknown.
             */
            estimated_seconds?: number | null;
            finished_at?: components["schemas"]["Time"] | null;
            id: components["schemas"]["JobId"];
            /** @description Concurrency key. */
            key?: string | null;
            /** @description `unit`, `items` or `planned`. */
            kind: string;
            labels: {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description How many duplicates handed their params over to it.
             */
            merged_count: number;
            merged_into?: components["schemas"]["JobId"] | null;
            /**
             * @description Readable and unique.
             * @example predict_race-20261122-101530-k3fab
             */
            name: string;
            options: components["schemas"]["JobOptions"];
            params: Record<string, unknown>;
            priority: components["schemas"]["Priority"];
            progress: components["schemas"]["Progress"];
            queue: string;
            /** @description What the handler of a single-unit job returned. */
            result?: unknown;
            /** @description Results of the job or of its items were past their time and were removed. */
            results_expired?: boolean;
            run_at?: components["schemas"]["Time"] | null;
            started_at?: components["schemas"]["Time"] | null;
            state: components["schemas"]["JobState"];
            task: string;
            user?: string | null;
            /**
             * @description What keeps it from going on, in words; empty when nothing does.
             * @example [
             *       "limit: dealer-7 1/1"
             *     ]
             */
            waiting_for: string[];
        };
        /** @description Number of jobs by state. */
        JobCounts: {
            /** @description States with more jobs than are counted: the number is the least that there are. */
            at_least: components["schemas"]["JobState"][];
            /** @description Every state is there that was asked for. */
            states: {
                [key: string]: number;
            };
        };
        /** Format: uuid */
        JobId: string;
        /** @description The settled options of a job. */
        JobOptions: {
            /** Format: int32 */
            chunk_size: number;
            /** Format: int32 */
            concurrency: number;
            item_timeout?: components["schemas"]["Duration"] | null;
            max_failures: components["schemas"]["MaxFailures"];
            max_memory?: components["schemas"]["Size"] | null;
            only_new: boolean;
            retry: components["schemas"]["Retry"];
            timeout: components["schemas"]["Duration"];
            /** @description Most workers at once; -1 is as many as there are. */
            workers: components["schemas"]["WorkerCount"];
        };
        /**
         * @description A job to submit. Only `task` is required; what is left out comes from the task, then from the
         *     configuration.
         */
        JobRequest: {
            /** @description Jobs to wait for. */
            after?: components["schemas"]["After"][] | null;
            after_policy?: components["schemas"]["AfterPolicy"] | null;
            batch?: string | null;
            cache_for?: components["schemas"]["Duration"] | null;
            /**
             * Format: int32
             * @description Most items that a worker takes at once.
             */
            chunk_size?: number | null;
            /**
             * Format: int32
             * @description Items that an asynchronous handler runs at once in one worker.
             */
            concurrency?: number | null;
            /** @description Run all items, also when the task's default is `only_new`, and go past the cache. */
            force?: boolean | null;
            item_timeout?: components["schemas"]["Duration"] | null;
            /**
             * @description The units of work. Without this field the task's planner lists them, or the job is a
             *     single call. An empty list is a job with nothing to do.
             */
            items?: components["schemas"]["NewItem"][] | null;
            /** @description Concurrency key: what the job is about, such as a dealer or a tenant. */
            key?: string | null;
            labels?: {
                [key: string]: string;
            } | null;
            max_failures?: components["schemas"]["MaxFailures"] | null;
            max_memory?: components["schemas"]["Size"] | null;
            on_duplicate?: components["schemas"]["OnDuplicate"] | null;
            /** @description Skip items whose key already has a succeeded result of the same task. */
            only_new?: boolean | null;
            /** @description Given to the handler (or to each call of it), and to the planner. An object. */
            params?: Record<string, unknown> | null;
            priority?: components["schemas"]["Priority"] | null;
            queue?: string | null;
            retry?: components["schemas"]["RetryRequest"] | null;
            run_at?: components["schemas"]["Time"] | null;
            /** @example predict_race */
            task: string;
            timeout?: components["schemas"]["Duration"] | null;
            user?: string | null;
            workers?: components["schemas"]["WorkerCount"] | null;
        };
        /** @enum {string} */
        JobState: "scheduled" | "blocked" | "pending" | "running" | "paused" | "completed" | "failed" | "cancelled" | "merged";
        /** @description Jobs that completed or failed; times are from start to end, null where none ended. */
        JobsEnded: {
            /** Format: int64 */
            completed: number;
            /** Format: int64 */
            failed: number;
            /** Format: double */
            p50_seconds?: number | null;
            /** Format: double */
            p95_seconds?: number | null;
            /** Format: double */
            p99_seconds?: number | null;
            /**
             * Format: double
             * @description Completed of all that ended, 0 to 1.
             */
            success_rate?: number | null;
        };
        /** @description Most running jobs at once. */
        Limit: {
            /** @description With the most running jobs, at most 20. */
            fullest?: components["schemas"]["ScopeUse"][];
            /**
             * Format: int32
             * @description What holds now; null is no limit.
             */
            most?: number | null;
            /**
             * @description `jobs` (all together), `jobs_per_user`, `jobs_per_task`, `jobs_per_queue`, `jobs_per_key`
             *     (each that has none of its own), or one user, task, queue or key.
             * @example key:dealer-7
             */
            name: string;
            /**
             * Format: int32
             * @description Running jobs that count by it; null of those for each, whose `fullest` are shown instead.
             */
            running?: number | null;
            source: components["schemas"]["LimitSource"];
        };
        /**
         * @description Who said a limit: what is set goes before what is configured.
         * @enum {string}
         */
        LimitSource: "set" | "configured" | "nobody";
        /** @description Most running jobs at once; null is no limit. */
        Limits: {
            /** Format: int32 */
            jobs?: number | null;
            /** Format: int32 */
            jobs_per_user?: number | null;
        };
        /** @description Limits to set and to give up, all in one step. What is not named stays. */
        LimitsRequest: {
            /**
             * @description Most running jobs by the name of the limit; 0 is no limit.
             * @example {
             *       "jobs": 20,
             *       "key:dealer-7": 1
             *     }
             */
            set?: {
                [key: string]: number;
            };
            /**
             * @description Names of limits for which the configuration shall hold again.
             * @example [
             *       "task:report"
             *     ]
             */
            unset?: string[];
        };
        /** @description One page of a list, and how to get the next. */
        List_Alert: {
            items: components["schemas"]["Alert"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Batch: {
            items: components["schemas"]["Batch"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Delivery: {
            items: components["schemas"]["Delivery"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_ErrorGroup: {
            items: components["schemas"]["ErrorGroup"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Event: {
            items: components["schemas"]["Event"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Item: {
            items: components["schemas"]["Item"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Job: {
            items: components["schemas"]["Job"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Limit: {
            items: components["schemas"]["Limit"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Node: {
            items: components["schemas"]["Node"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_NodeWorker: {
            items: components["schemas"]["NodeWorker"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Queue: {
            items: components["schemas"]["Queue"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Sample: {
            items: components["schemas"]["Sample"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Schedule: {
            items: components["schemas"]["Schedule"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Task: {
            items: components["schemas"]["Task"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description One page of a list, and how to get the next. */
        List_Template: {
            items: components["schemas"]["Template"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that match, exact up to 10,000; null when there are more, or when it is not counted.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description When there are too many to count exactly: at least this many.
             */
            total_at_least?: number | null;
        };
        /** @description The process lives. */
        Liveness: {
            /** @description `ok`. */
            status: string;
            version: string;
        };
        /** @description The machine and this process; null where the system does not tell. */
        Machine: {
            /** Format: int32 */
            cores?: number | null;
            /**
             * Format: double
             * @description Load average over one minute.
             */
            load?: number | null;
            /** Format: int64 */
            memory_available_bytes?: number | null;
            /** Format: int64 */
            memory_total_bytes?: number | null;
            /**
             * Format: double
             * @description CPU time that this node's process used so far.
             */
            process_cpu_seconds?: number | null;
            /**
             * Format: int64
             * @description Resident memory of this node's process.
             */
            process_memory_bytes?: number | null;
        };
        /** @description How many were unread before. */
        MarkedNotifications: {
            /** Format: int64 */
            changed: number;
        };
        /**
         * @description How many failed items a job bears: a number, or a share such as `"10%"`.
         * @example 100%
         */
        MaxFailures: number | string;
        /** @enum {string} */
        MissedRuns: "skip" | "once" | "all";
        /** @description What one worker needs of its node while it runs the task. */
        Needs: {
            /** Format: double */
            cpus: number;
            memory: components["schemas"]["Size"];
            /** @description Resources with names of their own. */
            resources: {
                [key: string]: number;
            };
        };
        /** @description An item to submit: an element of `items`, or a line of a streamed submission. */
        NewItem: {
            /**
             * @description What the item is about (a race, a SKU), unique in its job. Without one the item's position
             *     stands in for it, and `only_new` does not know it.
             * @example r1
             */
            key?: string | null;
            /** @description Given to the handler as it is; null when left out. */
            payload?: unknown;
        };
        /** @description What somebody is told of. */
        News: {
            batch?: string | null;
            /** @description The event's own particulars: counters, an error, an alert. */
            details: Record<string, unknown>;
            /**
             * Format: int64
             * @description Number of the event.
             */
            event: number;
            job?: components["schemas"]["JobId"] | null;
            /** @description What went wrong, or how it ended. */
            message?: string | null;
            name?: string | null;
            state?: components["schemas"]["JobState"] | null;
            task?: string | null;
            /** @example predict_race-20261122-101530-k3f failed */
            title: string;
            user?: string | null;
        };
        /**
         * @description A node as it last said of itself; null what it could not find out, or did not say yet. Of one that
         *     fell silent it is not known.
         */
        Node: {
            /** @description Whether it is the node that answers. */
            answers: boolean;
            /** Format: int32 */
            cores?: number | null;
            /**
             * Format: double
             * @description Share of all cores that was busy in the last seconds, 0 to 1.
             */
            cpu?: number | null;
            /** Format: int64 */
            disk_free_bytes?: number | null;
            /** Format: int64 */
            disk_total_bytes?: number | null;
            /** @description The gate of its machine that is shut, so that it takes no more work. */
            gate?: string | null;
            /**
             * Format: int64
             * @description Each start of a node has a number of its own.
             */
            id: number;
            /**
             * Format: int64
             * @description Items that its workers finished.
             */
            items_done: number;
            /**
             * Format: double
             * @description Load average over one minute.
             */
            load?: number | null;
            /** Format: int64 */
            memory_available_bytes?: number | null;
            /** Format: int64 */
            memory_total_bytes?: number | null;
            /** @description The host's. */
            name: string;
            /** Format: int32 */
            pid: number;
            seen_at?: components["schemas"]["Time"] | null;
            started_at: components["schemas"]["Time"];
            state: components["schemas"]["NodeState"];
            version: string;
            /** @description Number of workers by state; every state is there. */
            workers: {
                [key: string]: number;
            };
        };
        /** @enum {string} */
        NodeState: "up" | "draining" | "drained" | "silent";
        /** @description What this node has for its workers, and whether it takes more work. */
        NodeStatus: {
            /**
             * @description Why no more work is taken; null when it is.
             * @example gate: the load is 9.1, at most 8.0
             */
            gate?: string | null;
            /** @description `cpus`, `memory` (bytes) and those with names of their own; only of what is bounded. */
            resources: {
                [key: string]: components["schemas"]["Resource"];
            };
        };
        /** @description A worker of any node. */
        NodeWorker: components["schemas"]["Worker"] & {
            /**
             * Format: int64
             * @description Number and name of its node.
             */
            node: number;
            node_name: string;
            seen_at?: components["schemas"]["Time"] | null;
        };
        /** @description A notification in a user's list. */
        Notification: {
            at: components["schemas"]["Time"];
            /** @description In everybody's list: read by one is read by all. */
            everybody: boolean;
            /**
             * Format: int64
             * @description Names it when it is marked as read.
             */
            id: number;
            news: components["schemas"]["News"];
            read_at?: components["schemas"]["Time"] | null;
            type: components["schemas"]["EventType"];
        };
        /** @description A page of a user's notifications, the newest first. */
        Notifications: {
            items: components["schemas"]["Notification"][];
            /** @description Give this as `cursor` for what follows; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description All that are unread, not only those of this page.
             */
            unread: number;
        };
        /** @enum {string} */
        OnDuplicate: "merge" | "reject" | "allow";
        /** @description Changes to an unfinished job; what is left out stays. */
        PatchRequest: {
            /** @description Replaces all labels. */
            labels?: {
                [key: string]: string;
            } | null;
            priority?: components["schemas"]["Priority"] | null;
            run_at?: components["schemas"]["Time"] | null;
            workers?: components["schemas"]["WorkerCount"] | null;
        };
        PoolUse: {
            /** Format: int32 */
            in_use: number;
            /** Format: int32 */
            max: number;
            /** Format: int32 */
            open: number;
            /**
             * Format: int32
             * @description Calls that wait for a connection.
             */
            waiting: number;
        };
        /** @description What a user asked for. The secret of the webhook is not shown. */
        Preferences: {
            email?: components["schemas"]["Wish"] | null;
            in_app: components["schemas"]["Topic"][];
            long_running_after?: string | null;
            /** @description Null: what holds for jobs without a user. */
            user?: string | null;
            webhook?: components["schemas"]["WebhookWish"] | null;
        };
        /** @description All of a user's preferences; what is left out is off, or its default. */
        PreferencesRequest: {
            email?: components["schemas"]["Wish"] | null;
            /** @description What is listed in the app: failed, `long_running` and alert when left out. */
            in_app?: components["schemas"]["Topic"][] | null;
            /**
             * @description When a run of a job of this user counts as long. Left out: three times what 95 of 100 jobs
             *     of its task take, or an hour when too few are known.
             * @example 30m
             */
            long_running_after?: string | null;
            webhook?: components["schemas"]["WebhookWish"] | null;
        };
        /** @enum {string} */
        Priority: "low" | "normal" | "high" | "urgent";
        /** @description An error as RFC 9457 has it, with a stable `code` and, where fields are wrong, which. */
        Problem: {
            /** @description The jobs that an ambiguous id prefix may mean. */
            candidates?: string[];
            /** @description Stable; programs test this. */
            code: components["schemas"]["ErrorCode"];
            /** @description What happened this time, why, and what to do. */
            detail: string;
            /** @description Which fields are wrong. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * @description The job that is in the way: its address.
             * @example /api/v1/jobs/019d0f3a-7b1c-7000-8000-000000000001
             */
            job?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             * @example 422
             */
            status: number;
            /** @description The code in words, the same for every occurrence. */
            title: string;
            /**
             * @description Address of the page that explains the code.
             * @example https://paceline.dev/errors/unknown-task
             */
            type: string;
        };
        /** @description Counts of items; a job without items counts as one. */
        Progress: {
            /** Format: int32 */
            cancelled: number;
            /**
             * Format: int32
             * @description Items that have an end: succeeded, failed, skipped or cancelled.
             */
            done: number;
            /**
             * Format: double
             * @description Time left; null when unknown.
             */
            eta_seconds?: number | null;
            /** Format: int32 */
            failed: number;
            /**
             * Format: int64
             * @description Resident memory of the workers on this job at the last look.
             */
            memory_bytes?: number | null;
            message?: string | null;
            /** Format: double */
            percent: number;
            /**
             * Format: double
             * @description Items per second over the recent past; null when unknown.
             */
            rate?: number | null;
            /**
             * Format: int32
             * @description Items without an end yet, the running ones included.
             */
            remaining: number;
            /** Format: int32 */
            running: number;
            /** Format: int32 */
            skipped: number;
            stage?: string | null;
            /** Format: int32 */
            succeeded: number;
            /** Format: int32 */
            total: number;
        };
        /** @description A queue: a named lane that can be paused and limited. */
        Queue: {
            /** @description Number of jobs by state; every state is there. Counting stops at 10,000. */
            jobs: {
                [key: string]: number;
            };
            /**
             * Format: int32
             * @description Most running jobs at once; null is no limit.
             */
            max_running?: number | null;
            name: string;
            paused?: components["schemas"]["Hold"] | null;
            /** Format: int32 */
            running: number;
        };
        /** @description What of a queue can be set. */
        QueueRequest: {
            /**
             * Format: int32
             * @description Most running jobs at once; 0 is no limit, null what is configured.
             */
            max_running?: number | null;
        };
        /** @description Most items of a task in any period. */
        Rate: {
            /** Format: int32 */
            items: number;
            /**
             * Format: int32
             * @description Items that may be handed out now.
             */
            left: number;
            period: components["schemas"]["Duration"];
        };
        /** @description Which notifications were read: these, or all. */
        ReadNotificationsRequest: {
            all?: boolean;
            ids?: number[] | null;
            /** @description Whose list; without it everybody's alone. */
            user?: string | null;
        };
        /** @description The node can take work. */
        Readiness: {
            /**
             * @description Whether the store is this node's alone (SQLite). Of several nodes on one PostgreSQL none leads:
             *     it is false there, and no fault.
             */
            leader: boolean;
            /** @description `ready`. */
            status: string;
            store: components["schemas"]["Store"];
            /** @description Number of workers by state. */
            workers: {
                [key: string]: number;
            };
        };
        Refused: {
            /** @description `no_such_job` or `wrong_state`. */
            code: string;
            id: components["schemas"]["JobId"];
            message: string;
        };
        Resource: {
            /** Format: double */
            has: number;
            /**
             * Format: double
             * @description By tasks that say what they need.
             */
            used: number;
        };
        /** @description How one item ended: a line of a job's results. */
        Result: {
            /** Format: int32 */
            attempts: number;
            /** Format: double */
            duration_ms?: number | null;
            error?: components["schemas"]["Error"] | null;
            key?: string | null;
            result?: unknown;
            /** Format: int32 */
            seq: number;
            state: components["schemas"]["ItemState"];
        };
        Retry: {
            /** Format: int32 */
            attempts: number;
            base: components["schemas"]["Duration"];
            /** Format: double */
            factor: number;
            jitter: boolean;
            max: components["schemas"]["Duration"];
        };
        /** @description When failed attempts are tried again; what is `None` comes from the next source. */
        RetryRequest: {
            /**
             * Format: int32
             * @description Attempts in all, the first one included.
             */
            attempts?: number | null;
            base?: components["schemas"]["Duration"] | null;
            /**
             * Format: double
             * @description Each further wait is this many times as long.
             */
            factor?: number | null;
            /** @description Spread each wait over its upper half. */
            jitter?: boolean | null;
            max?: components["schemas"]["Duration"] | null;
        };
        /** @description Values of a job at one moment. */
        Sample: {
            /**
             * Format: double
             * @description CPU time used so far.
             */
            cpu_seconds?: number | null;
            /** Format: int32 */
            done: number;
            /** Format: int64 */
            memory_bytes?: number | null;
            /** Format: double */
            rate?: number | null;
            t: components["schemas"]["Time"];
        };
        Schedule: {
            at?: components["schemas"]["Time"] | null;
            created_at: components["schemas"]["Time"];
            cron?: string | null;
            every?: components["schemas"]["Duration"] | null;
            /** Format: uuid */
            id: string;
            /** @description Why the last run gave no job. */
            last_error?: string | null;
            last_job?: components["schemas"]["JobId"] | null;
            last_run?: components["schemas"]["Time"] | null;
            missed: components["schemas"]["MissedRuns"];
            name: string;
            /** @description The next five; fewer when it ends before. */
            next_runs: components["schemas"]["Time"][];
            /**
             * @description The same by the clocks of its zone.
             * @example [
             *       "2026-12-01T06:00:00+01:00"
             *     ]
             */
            next_runs_local: string[];
            overlap: boolean;
            state: components["schemas"]["ScheduleState"];
            /** @description The name of a template, or a job. */
            template: unknown;
            timezone?: string | null;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Grows when somebody changes what it says.
             */
            version: number;
        };
        /** @description A schedule: when, by one of `cron`, `every` and `at`, and what. */
        ScheduleRequest: {
            at?: components["schemas"]["Time"] | null;
            /**
             * @description Minute, hour, day of month, month, day of week, with a second before them or not; or a word
             *     such as `@daily`.
             * @example 0 6 * * *
             */
            cron?: string | null;
            every?: components["schemas"]["Duration"] | null;
            missed?: components["schemas"]["MissedRuns"] | null;
            /**
             * @description Unique; its jobs have it as their label `schedule`.
             * @example nightly
             */
            name: string;
            /** @description Whether a run may begin while a job of an earlier one is unfinished; true when left out. */
            overlap?: boolean | null;
            /** @description The name of a template, or a job as it is submitted, without `run_at`. */
            template: components["schemas"]["TemplateOrJob"];
            /**
             * @description The zone by whose clocks `cron` goes; UTC when left out.
             * @example Europe/Paris
             */
            timezone?: string | null;
            /**
             * Format: int64
             * @description When it is replaced: the version that was read. If it is another by now, nothing changes.
             */
            version?: number | null;
        };
        /** @enum {string} */
        ScheduleState: "active" | "paused" | "ended";
        ScopeUse: {
            /** @example ana */
            name: string;
            /** Format: int32 */
            running: number;
        };
        /**
         * @description Size: `"2GiB"`, `"500MB"`, or bytes.
         * @example 2GiB
         */
        Size: string | number;
        /** @description Everything that a dashboard's first page shows. */
        Status: {
            alerts: components["schemas"]["Alert"][];
            /** @description Those that are not closed. */
            breakers: components["schemas"]["TaskBreaker"][];
            /** @description Number of jobs by state; every state is there. */
            jobs: {
                [key: string]: number;
            };
            last_clean_up?: components["schemas"]["CleanUp"] | null;
            /**
             * Format: int64
             * @description Number of the newest event: where to begin with `/events`.
             */
            last_event: number;
            limits: components["schemas"]["Limits"];
            machine: components["schemas"]["Machine"];
            node: components["schemas"]["NodeStatus"];
            now: components["schemas"]["Time"];
            /** @description Running jobs, the newest first, at most 20. */
            running: components["schemas"]["Job"][];
            throughput: components["schemas"]["Throughput"];
            /** Format: double */
            uptime_seconds: number;
            version: string;
            workers: components["schemas"]["Worker"][];
        };
        Store: {
            /** @description `sqlite` or `postgres`. */
            backend: string;
            readers: components["schemas"]["PoolUse"];
            /** Format: int64 */
            schema_version: number;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: double
             * @description Time that one durable write took.
             */
            write_latency_ms: number;
            writers?: components["schemas"]["PoolUse"] | null;
        };
        SubmittedJob: {
            cached_from?: components["schemas"]["JobId"] | null;
            id: components["schemas"]["JobId"];
            merged_into?: components["schemas"]["JobId"] | null;
            state: components["schemas"]["JobState"];
        };
        /** @description All asked nodes together in a span of time: shares and loads are means, sizes and rates sums. */
        SystemPoint: {
            /** @description Where the span begins. */
            at: components["schemas"]["Time"];
            /**
             * Format: double
             * @description Share of all cores that was busy, 0 to 1.
             */
            cpu?: number | null;
            /** Format: double */
            disk_total_bytes?: number | null;
            /** Format: double */
            disk_used_bytes?: number | null;
            /**
             * Format: double
             * @description Items that workers finished.
             */
            items_per_second: number;
            /** Format: double */
            load?: number | null;
            /** Format: double */
            memory_total_bytes?: number | null;
            /** Format: double */
            memory_used_bytes?: number | null;
            /**
             * Format: int32
             * @description Nodes that ran in it.
             */
            nodes: number;
            /**
             * Format: double
             * @description Jobs that waited, and that ran.
             */
            pending: number;
            /** Format: double */
            running: number;
        };
        /** @description How the nodes were over time. */
        SystemSamples: {
            /** @description The oldest first; none for a time in which no node ran. */
            points: components["schemas"]["SystemPoint"][];
            /**
             * Format: int64
             * @description The time that one point stands for.
             */
            step_seconds: number;
            /** Format: int64 */
            window_seconds: number;
        };
        Task: {
            breaker?: components["schemas"]["Breaker"] | null;
            declared_at: components["schemas"]["Time"];
            /** @description The pool or configuration entry that declares it. */
            declared_by: string;
            delay?: components["schemas"]["Duration"] | null;
            /** @description The task lists its items itself when a submission brings none. */
            has_planner: boolean;
            /**
             * Format: int32
             * @description Most running jobs at once; null is no limit.
             */
            max_running?: number | null;
            name: string;
            needs?: components["schemas"]["Needs"] | null;
            /** @description The options that the declaration sets. */
            options: Record<string, unknown>;
            /** @description JSON schema of the params. */
            params_schema?: Record<string, unknown> | null;
            paused?: components["schemas"]["Hold"] | null;
            rate?: components["schemas"]["Rate"] | null;
            statistics: components["schemas"]["TaskStatistics"];
            /**
             * Format: int32
             * @description Workers of this node that run it now.
             */
            workers: number;
        };
        /** @description The breaker of a task. */
        TaskBreaker: {
            breaker: components["schemas"]["Breaker"];
            task: string;
        };
        /** @description How jobs of the task ran over time, whether they are there still or not. */
        TaskHistory: {
            /**
             * Format: int64
             * @description Length of each bucket.
             */
            bucket_seconds: number;
            /** @description All of the window without a gap, the oldest first. The last one goes on. */
            buckets: components["schemas"]["TaskHistoryBucket"][];
            task: string;
        };
        /** @description What ended in a bucket of time. */
        TaskHistoryBucket: {
            /** @description Where it begins; days begin at midnight in UTC. */
            at: components["schemas"]["Time"];
            items: components["schemas"]["ItemsEnded"];
            jobs: components["schemas"]["JobsEnded"];
        };
        /** @description How jobs of the task ran so far; times are null until one has ended. */
        TaskStatistics: {
            /** Format: int64 */
            completed: number;
            /** Format: int64 */
            failed: number;
            /**
             * Format: double
             * @description Median time of one item.
             */
            item_p50_ms?: number | null;
            /** Format: double */
            job_p50_seconds?: number | null;
            /** Format: double */
            job_p95_seconds?: number | null;
            /** Format: double */
            job_p99_seconds?: number | null;
            /**
             * Format: double
             * @description Completed of all that ended, 0 to 1.
             */
            success_rate?: number | null;
        };
        Template: {
            created_at: components["schemas"]["Time"];
            /** Format: uuid */
            id: string;
            job: components["schemas"]["JobRequest"];
            name: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Grows with every change.
             */
            version: number;
        };
        /** @description What a schedule submits: a template by its name, or a job. */
        TemplateOrJob: string | components["schemas"]["JobRequest"];
        TemplateRequest: {
            /** @description A job as it is submitted, without `run_at`. Its params are checked when it is launched. */
            job: components["schemas"]["JobRequest"];
            /**
             * @description Unique.
             * @example monthly-report
             */
            name: string;
            /**
             * Format: int64
             * @description When it is replaced: the version that was read. If it is another by now, nothing changes.
             */
            version?: number | null;
        };
        /** @description Jobs that ended in the last hour. */
        Throughput: {
            /** Format: int64 */
            completed: number;
            /** Format: int64 */
            ended: number;
            /**
             * Format: double
             * @description Completed of all that ended, 0 to 1; null when none ended.
             */
            success_rate?: number | null;
            /** Format: int64 */
            window_seconds: number;
        };
        /**
         * Format: date-time
         * @description Time: RFC 3339, UTC.
         */
        Time: string;
        /** @enum {string} */
        Topic: "completed" | "failed" | "long_running" | "alert";
        /** @description A webhook, and what goes there. */
        WebhookWish: {
            events: components["schemas"]["Topic"][];
            /**
             * @description `whsec_` and 24 to 64 random bytes in base64. Left out, the one that is known for this URL
             *     stays; it is never shown.
             */
            secret?: string | null;
            url: string;
        };
        /** @description An address, and what goes there. */
        Wish: {
            address: string;
            events: components["schemas"]["Topic"][];
        };
        Worker: {
            /**
             * Format: int32
             * @description Items of the chunk that it works on; null when its work is no chunk.
             */
            chunk_items?: number | null;
            /** Format: int64 */
            items_done: number;
            job?: components["schemas"]["JobId"] | null;
            last_error?: string | null;
            /** Format: int64 */
            memory_bytes?: number | null;
            /**
             * @description Pool and slot.
             * @example races/0
             */
            name: string;
            /** Format: int32 */
            pid?: number | null;
            pool: string;
            /** @description When the state began. */
            since: components["schemas"]["Time"];
            state: components["schemas"]["WorkerState"];
            tasks: string[];
        };
        /** @description Most workers at once; -1 is as many as there are. */
        WorkerCount: number;
        /** @enum {string} */
        WorkerState: "starting" | "idle" | "busy" | "recycling" | "broken" | "stopped";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    short_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    short_clear_completed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    short_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    short_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmRequest"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    short_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    short_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is going on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alerts that are open */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Alert"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_batches: {
        parameters: {
            query?: {
                /** @description 50 when left out. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of batches */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Batch"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description The batch */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The batch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelRequest"] | null;
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restart_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the batch */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_events: {
        parameters: {
            query?: {
                /** @description Only of this job. */
                job?: string;
                /** @description Only of this batch. */
                batch?: string;
                /** @description Only of this task. */
                task?: string;
                /**
                 * @description Only of these types, separated by commas.
                 * @example job.completed,job.failed
                 */
                types?: string;
                /** @description For clients that cannot send the header `Last-Event-ID`. */
                last_event_id?: number;
            };
            header?: {
                /** @description Begin after this event */
                "Last-Event-ID"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, one after the other */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /**
                 * @description States, separated by commas.
                 * @example running,pending
                 */
                state?: string;
                task?: string;
                queue?: string;
                user?: string;
                key?: string;
                batch?: string;
                /**
                 * @description `name:value`, several separated by commas; all must be there.
                 * @example team:a
                 */
                label?: string;
                /** @description Id prefix, or part of name, user, key, label or params. */
                q?: string;
                created_after?: components["schemas"]["Time"];
                created_before?: components["schemas"]["Time"];
                /**
                 * @description `created_at`, `started_at`, `finished_at`, `priority`, `progress`, `state` or `duration`;
                 *     `-` before it for descending. The newest first when left out.
                 * @example -created_at
                 */
                sort?: string;
                /** @description 50 when left out. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_job: {
        parameters: {
            query?: {
                /**
                 * @description Answer when the job has ended, or after this time, whichever is first; at most 10m.
                 * @example 25s
                 */
                wait?: string;
            };
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The job, which another one does (`merged_into`) or has done (`cached_from`) */
            200: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description The job */
            201: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    act_on_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActionsRequest"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_jobs: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description The jobs, in the order of the request */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkAnswer"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clear_completed_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_jobs: {
        parameters: {
            query?: {
                /** @description States, separated by commas. */
                state?: string;
                task?: string;
                queue?: string;
                user?: string;
                key?: string;
                batch?: string;
                /** @description `name:value`, several separated by commas. */
                label?: string;
                /** @description Id prefix, or part of name, user, key, label or params. */
                q?: string;
                created_after?: components["schemas"]["Time"];
                created_before?: components["schemas"]["Time"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobCounts"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmRequest"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Controlled"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchRequest"];
            };
        };
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelRequest"] | null;
            };
        };
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_errors: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_ErrorGroup"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_job_events: {
        parameters: {
            query?: {
                /** @description 50 when left out. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: number;
            };
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Event"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_job_graph: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The graph */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_items: {
        parameters: {
            query?: {
                state?: components["schemas"]["ItemState"];
                /** @description 50 when left out. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of items */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Item"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
                /** @description Key of the item, or its position when it has none */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The item */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_log: {
        parameters: {
            query?: {
                /** @description Begin with the last so many lines; with the first line when left out. */
                tail?: number;
                /** @description Go on until the job has ended. */
                follow?: boolean;
            };
            header?: {
                /** @description Go on after this piece */
                "Last-Event-ID"?: number | null;
            };
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                    "text/plain": string;
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restart_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_results: {
        parameters: {
            query?: {
                /**
                 * @description `ndjson` (when left out), `json` or `csv`.
                 * @example csv
                 */
                format?: string;
                /** @description Only items in this state. */
                state?: components["schemas"]["ItemState"];
            };
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Result"][];
                    "application/x-ndjson": components["schemas"]["Result"];
                    "text/csv": string;
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `results_expired` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_job_samples: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The samples */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Sample"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    wait_for_job: {
        parameters: {
            query?: {
                /**
                 * @description Answer after this time at the latest; 30s when left out, at most 10m.
                 * @example 30s
                 */
                timeout?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Job id, or a prefix of at least four characters that only one job has.
                 * @example 019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Limit"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsRequest"];
            };
        };
        responses: {
            /** @description The limits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Limit"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_nodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The nodes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Node"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drain_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the node, or its name if no other has it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the node, or its name if no other has it */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_notifications: {
        parameters: {
            query?: {
                /** @description Whose list; everybody's is always part of it. */
                user?: string;
                /** @description Only those that are unread. */
                unread?: boolean;
                /** @description 50 when left out. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of notifications */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notifications"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description Only those in this state: waiting, sent or failed. */
                state?: string;
                /** @description 50 when left out. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Delivery"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_notifications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadNotificationsRequest"];
            };
        };
        responses: {
            /** @description How many were unread */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarkedNotifications"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_preferences: {
        parameters: {
            query?: {
                /** @description Whose; without it those that hold for jobs without a user. */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The preferences, or their defaults */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_preferences: {
        parameters: {
            query?: {
                /** @description Whose; without it those that hold for jobs without a user. */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferencesRequest"];
            };
        };
        responses: {
            /** @description The preferences */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queues */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Queue"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueueRequest"];
            };
        };
        responses: {
            /** @description The queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["HoldRequest"] | null;
            };
        };
        responses: {
            /** @description The queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedules */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_schedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description The schedule */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the schedule */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job, which another one does (`merged_into`) or has done (`cached_from`) */
            200: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description The job */
            201: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is going on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_system_samples: {
        parameters: {
            query?: {
                /**
                 * @description How far back, at most 24 hours; one hour when left out.
                 * @example 1h
                 */
                window?: string;
                /** @description Number of the only node that is wanted. */
                node?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemSamples"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tasks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Task"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the task */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_task_history: {
        parameters: {
            query?: {
                /**
                 * @description How far back; a day if left out.
                 * @example 24h
                 */
                window?: string;
                /**
                 * @description Length of a bucket: 5m, 10m, 15m, 20m, 30m, or whole hours. Of what ended more than 48h ago
                 *     hours are the shortest. If left out, one that gives about a hundred buckets or fewer.
                 * @example 1h
                 */
                bucket?: string;
            };
            header?: never;
            path: {
                /** @description Name of the task */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskHistory"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the task */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["HoldRequest"] | null;
            };
        };
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_breaker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the task */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the task */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The templates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Template"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplateRequest"];
            };
        };
        responses: {
            /** @description The template */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the template */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the template */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplateRequest"];
            };
        };
        responses: {
            /** @description The template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the template */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    launch_template: {
        parameters: {
            query?: {
                /**
                 * @description Answer when the job has ended, or after this time, whichever is first; at most 10m.
                 * @example 25s
                 */
                wait?: string;
            };
            header?: {
                /** @description The same key and body get the first answer, for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id or name of the template */
                id: string;
            };
            cookie?: never;
        };
        /** @description Fields of a job */
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The job, which another one does (`merged_into`) or has done (`cached_from`) */
            200: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description The job */
            201: {
                headers: {
                    /** @description Address of the job */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_timeout` */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_content_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_NodeWorker"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_events_by_websocket: {
        parameters: {
            query?: {
                /** @description Only of this job. */
                job?: string;
                /** @description Only of this batch. */
                batch?: string;
                /** @description Only of this task. */
                task?: string;
                /**
                 * @description Only of these types, separated by commas.
                 * @example job.completed,job.failed
                 */
                types?: string;
                /** @description For clients that cannot send the header `Last-Event-ID`. */
                last_event_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, one a message */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `no_such_route`, `no_such_job`, `no_such_item`, `no_such_task`, `no_such_node`, `no_such_queue`, `no_such_batch`, `no_such_schedule`, `no_such_template` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `wrong_state`, `ambiguous_id`, `name_taken`, `duplicate_job`, `outdated` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `unknown_field`, `invalid_field`, `invalid_params`, `duplicate_key`, `dependency_cycle`, `needs_items`, `unknown_task`, `too_many`, `not_confirmed`, `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It lives */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can take work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Problem; codes: `not_json`, `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `host_not_allowed`, `cross_origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `internal`, `store_damaged` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem; codes: `in_progress`, `starting`, `stopping`, `store_unavailable`, `store_full` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
