/**
 * The metrics over HTTP: `/metrics` for Prometheus, `/metrics.json`, `/healthz`.
 *
 * Loopback only. A page in a browser on this machine must not read it either: the Host must be a
 * loopback name with our port (so that no name that was bound to 127.0.0.1 meanwhile serves), the
 * Origin absent or loopback (DNS rebinding).
 *
 * Invariant: what follows from events is read at one moment and leaves when that moment is durable.
 * When the disk does not keep up for `PATIENCE_US` only what does not follow from events leaves: the
 * monitor then sees a process whose journal is late, and no state that a crash would take back.
 * @module
 */
import { InvariantError } from "../../core/invariant.ts";
import type {
  Clock,
  HttpQuestion,
  HttpReply,
  HttpServers,
  Listener,
  Log,
  Timers,
} from "../ports.ts";
import { Histogram } from "./histogram.ts";
import { jsonText } from "./json.ts";
import type { MetricRegistry, MetricSource, SourceKind } from "./registry.ts";
import type { Samples } from "./samples.ts";

const PATIENCE_US = 500_000;
const JSON_TYPE = "application/json; charset=utf-8";

/** Whether the daemon does what it is there for. */
export type Health = {
  /** False: it is starting, stopping or cannot write. */
  readonly isServing: boolean;
  /** JSON-able, for people. */
  readonly detail: Readonly<Record<string, unknown>>;
};

export type MetricsServerOptions = {
  readonly ports: {
    readonly httpServers: HttpServers;
    readonly clock: Clock;
    readonly timers: Timers;
    readonly log: Log;
  };
  readonly registry: MetricRegistry;
  readonly address: { readonly host: string; readonly port: number };
  readonly health: () => Health;
  /** Runs a task when everything applied so far is durable. */
  readonly whenDurable: (task: () => void) => void;
};

type Exposition = typeof import("./exposition.ts");
type Reply = (answer: HttpReply) => void;

/** Serves monitors. */
export class MetricsServer implements MetricSource {
  readonly #options: MetricsServerOptions;
  readonly #took = new Histogram();
  #refused = 0;
  #listener: Listener | undefined;
  #exposition: Promise<Exposition> | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
  }

  /**
   * Listens; returns the port.
   * @throws {Error} If the address is taken.
   */
  listen(): number {
    const { ports, address } = this.#options;
    this.#listener = ports.httpServers.serve(
      { hostname: address.host, port: address.port },
      {
        asked: (question, reply) => this.#guarded(reply, () => this.#asked(question, reply)),
        refused: () => this.#refused += 1,
      },
    );
    this.#exposition = import("./exposition.ts");
    this.#exposition.catch(() => {}); // told at each scrape that needs it
    return this.#listener.port;
  }

  stop(): void {
    this.#listener?.close();
  }

  measure(into: Samples): void {
    into.histogram("tapeline_scrape_seconds", this.#took);
    into.put("tapeline_scrapes_refused_total", this.#refused);
  }

  /** A mistake of ours in a figure costs that scrape, and the daemon nothing. */
  #guarded(reply: Reply, task: () => void): void {
    try {
      task();
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.#failed(error, reply);
    }
  }

  #asked(question: HttpQuestion, reply: Reply): void {
    const port = this.#listener?.port ?? 0;
    const refusal = refusalOf(question, port);
    if (refusal !== undefined) {
      this.#refused += 1;
      return reply(refusal);
    }
    const [path = ""] = question.target.split("?", 1);
    switch (path) {
      case "/metrics":
        return this.#read(reply, (samples) => this.#writeText(samples, reply));
      case "/metrics.json":
        return this.#read(
          reply,
          (samples) => reply({ status: 200, contentType: JSON_TYPE, body: jsonText(samples) }),
        );
      case "/healthz":
        return reply(this.#health());
      default:
        return reply(plain(404, "There is /metrics, /metrics.json and /healthz"));
    }
  }

  #writeText(samples: Samples, reply: Reply): void {
    const write = ({ writeText, TEXT_TYPE }: Exposition): Promise<void> =>
      writeText(samples).then((body) => reply({ status: 200, contentType: TEXT_TYPE, body }));
    this.#exposition?.then(write).catch((cause) => this.#failed(cause, reply));
  }

  #failed(cause: unknown, reply: Reply): void {
    this.#options.ports.log.write("error", "metrics_failed", { cause });
    reply(plain(503, "Cannot answer: the figures could not be read; the log says why"));
  }

  #health(): HttpReply {
    const { isServing, detail } = this.#options.health();
    const body = JSON.stringify({ status: isServing ? "ok" : "not serving", ...detail });
    return { status: isServing ? 200 : 503, contentType: JSON_TYPE, body: `${body}\n` };
  }

  /** Reads everything now and hands it over when it may be shown. */
  #read(reply: Reply, show: (samples: Samples) => void): void {
    let held: Samples | undefined = this.#samples();
    const cancel = this.#options.ports.timers.after(PATIENCE_US, () => {
      held = undefined; // the disk may stand still for long, and others ask meanwhile
      this.#guarded(reply, () => show(this.#samples("process")));
    });
    this.#options.whenDurable(() => {
      const samples = held;
      if (samples === undefined) return;
      held = undefined;
      cancel();
      this.#guarded(reply, () => show(samples));
    });
  }

  #samples(kind?: SourceKind): Samples {
    const { registry, ports } = this.#options;
    const startUs = ports.clock.monotonicUs();
    const samples = registry.samples(kind);
    this.#took.observe(ports.clock.monotonicUs() - startUs);
    return samples;
  }
}

/** Why a question is not answered; undefined: it is. */
function refusalOf({ method, headers }: HttpQuestion, port: number): HttpReply | undefined {
  const host = headers.get("host") ?? "";
  if (!isLoopback(host, port)) {
    return plain(403, `The Host must be a loopback name with port ${port}: was not`);
  }
  const origin = headers.get("origin");
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    return plain(403, "The Origin must be absent or a loopback one: was not");
  }
  if (method !== "GET" && method !== "HEAD") return plain(405, "Only GET and HEAD are served");
  return undefined;
}

function isLoopback(host: string, port: number): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].some((name) =>
    host.toLowerCase() === `${name}:${port}`
  );
}

function isLoopbackOrigin(origin: string): boolean {
  return /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(origin);
}

function plain(status: number, sentence: string): HttpReply {
  return { status, contentType: "text/plain; charset=utf-8", body: `${sentence}\n` };
}
