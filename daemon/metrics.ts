/**
 * The daemon's metrics, put together: who counts, and who may look.
 * @module
 */
import type { View } from "../core/view.ts";
import type { EngineClock } from "../edge/engine_clock.ts";
import type { Ingress } from "../edge/ingress.ts";
import { CoreSource } from "../edge/metrics/core_source.ts";
import { LoopMeter } from "../edge/metrics/loop_meter.ts";
import { type Health, MetricsServer } from "../edge/metrics/metrics_server.ts";
import { ProcessSource } from "../edge/metrics/process_source.ts";
import { QueueSource } from "../edge/metrics/queue_source.ts";
import { MetricRegistry, type MetricSource } from "../edge/metrics/registry.ts";
import type { DaemonOptions } from "./options.ts";
import { BUILD } from "../build.ts";
import { VERSION } from "../version.ts";

/** What is there before any other part. */
type Begun = {
  readonly view: View;
  readonly clock: EngineClock;
  readonly ingress: Ingress;
  /** Of the configuration in force. */
  readonly configDigest: () => string;
};

/** Parts whose figures say nothing that a crash would take back, or are counted by them. */
type Parts = {
  readonly journal: MetricSource;
  readonly signals: MetricSource;
  readonly server: MetricSource;
  readonly venues: MetricSource;
};

/** How a server of metrics asks the daemon. */
type Asked = {
  readonly health: () => Health;
  readonly whenDurable: (task: () => void) => void;
};

/** Everything that counts, and the server that shows it. */
export class DaemonMetrics {
  readonly registry = new MetricRegistry();
  /** Observes the loop, after everybody else. */
  readonly observer: LoopMeter;
  readonly #options: DaemonOptions;
  readonly #process: ProcessSource;
  #server: MetricsServer | undefined;

  constructor(options: DaemonOptions, { view, clock, ingress, configDigest }: Begun) {
    const { ports, configuration, stateDirectory } = options;
    const nowUs = (): ReturnType<EngineClock["nowUs"]> => clock.nowUs();
    this.#options = options;
    this.observer = new LoopMeter({ nowUs, venues: () => view.venues });
    this.#process = new ProcessSource({
      ports,
      stateDirectory,
      build: { version: VERSION, commit: BUILD.commit ?? "unknown" },
      config: () => ({ mode: configuration.mode, digest: configDigest() }),
      nowUs,
    });
    this.registry.add("timeline", new CoreSource(view, nowUs));
    this.registry.add("timeline", this.observer);
    this.registry.add("process", new QueueSource(ingress));
    this.registry.add("process", this.#process);
  }

  /** Asks the parts of a running daemon, too. */
  watch({ journal, signals, server, venues }: Parts): void {
    this.registry.add("timeline", signals);
    for (const source of [journal, server, venues]) this.registry.add("process", source);
  }

  /**
   * Listens if the configuration says so; returns the port, or undefined.
   * @throws {Error} If the address is taken.
   */
  listen(asked: Asked): number | undefined {
    const { ports, configuration } = this.#options;
    const { port, host } = configuration.metrics;
    if (port === null) return undefined;
    const { registry } = this;
    const server = new MetricsServer({ ...asked, ports, registry, address: { host, port } });
    const bound = server.listen();
    this.#server = server;
    this.#process.start();
    registry.add("process", server);
    ports.log.write("info", "metrics_listening", { host, port: bound });
    return bound;
  }

  stop(): void {
    this.#server?.stop();
    this.#process.stop();
  }
}
