/**
 * The production ports, put together: one set for the main thread, one for each Worker.
 *
 * Only `main.ts` and `workers.ts` call this; everything else takes `Ports`.
 * @module
 */
import { denoDisk } from "./deno_disk.ts";
import { directHttp } from "./deno_direct_http.ts";
import { denoHttp } from "./deno_http.ts";
import { denoMemory } from "./deno_memory.ts";
import { denoProcessFacts } from "./deno_process_facts.ts";
import { blockingSignals, patientSignals, waitingSignals } from "./deno_signals.ts";
import { NO_SERVICE_MANAGER } from "./deno_service_manager.ts";
import { denoSockets } from "./deno_sockets.ts";
import { denoClock, denoRandomness, denoTimers, startTimers } from "./deno_time.ts";
import { denoWorkers } from "./deno_workers.ts";
import { httpServers } from "./http_server.ts";
import type { Clock, Http, Log, Ports, ServiceManager, Signals, Timers } from "./ports.ts";

/**
 * Returns the main thread's ports. `workersModule` is the module of all Workers; the service manager
 * is told by the main thread only, and not at all if none is given.
 */
export function mainPorts(options: {
  readonly log: Log;
  readonly workersModule: URL;
  readonly serviceManager?: ServiceManager;
}): Ports {
  return ports({ ...options, signals: waitingSignals(), timers: startTimers });
}

/**
 * Returns a Worker's ports. `blocking` lets `signals.watch` hold the thread: lower latency, but no
 * timer, socket or message is served meanwhile; `waiting` lets it do so for half a millisecond.
 */
export function workerPorts(options: {
  readonly log: Log;
  readonly workersModule: URL;
  readonly signals: "waiting" | "blocking";
}): Ports {
  const signals = options.signals === "blocking" ? blockingSignals() : patientSignals();
  return ports({ ...options, signals, timers: denoTimers });
}

function ports(options: {
  readonly log: Log;
  readonly workersModule: URL;
  readonly signals: Signals;
  readonly timers: (clock: Clock) => Timers;
  readonly serviceManager?: ServiceManager;
}): Ports {
  const clock = denoClock();
  const timers = options.timers(clock);
  const sockets = denoSockets(options.log);
  return {
    clock,
    timers,
    randomness: denoRandomness(),
    disk: denoDisk(),
    sockets,
    http: splitHttp(timers),
    httpServers: httpServers({ sockets, timers }),
    process: denoProcessFacts(),
    memory: denoMemory(),
    signals: options.signals,
    workers: denoWorkers({ module: options.workersModule, log: options.log }),
    serviceManager: options.serviceManager ?? NO_SERVICE_MANAGER,
    log: options.log,
  };
}

/** Orders go over connections of our own; large answers to a GET compressed, by the runtime. */
function splitHttp(timers: Timers): Http {
  const reads = denoHttp();
  const orders = directHttp(timers);
  return {
    prepare: (request) => (request.method === "GET" ? reads : orders).prepare(request),
  };
}
