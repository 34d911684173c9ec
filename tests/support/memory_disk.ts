/**
 * A disk in memory, with what real ones do: a page cache that a power cut loses, writes torn at
 * sectors, directories that need a sync of their own, full disks, failing and lying syncs.
 * @module
 */
import { type Disk, DiskError, type DiskErrorCode, type DiskFile } from "../../edge/ports.ts";

const SECTOR = 512;

/** What is left after a crash: everything (the process died) or what `keeps` says (power cut). */
export type CrashKeep = "all" | "none" | ((sector: number) => boolean);

/** A fault at the `onCall`-th call (1, 2 …) of an operation on paths that hold `path`. */
export type DiskFault = {
  readonly operation:
    | "writeAt"
    | "syncData"
    | "truncate"
    | "open"
    | "rename"
    | "remove"
    | "syncDirectory";
  readonly path?: string;
  readonly onCall: number;
  /**
   * An error code; `lose`: a sync that says it succeeded and did nothing; `forget`: one that fails
   * with `Io`, after which the system takes the pages for written, as real ones do.
   */
  readonly effect: DiskErrorCode | "lose" | "forget";
};

class Bytes {
  data = new Uint8Array(0);
  size = 0;

  resize(size: number): void {
    if (size > this.data.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.data.length));
      grown.set(this.data.subarray(0, this.size));
      this.data = grown;
    } else if (size < this.size) {
      this.data.fill(0, size, this.size);
    }
    this.size = size;
  }

  write(bytes: Uint8Array, offset: number): void {
    if (offset + bytes.length > this.size) this.resize(offset + bytes.length);
    this.data.set(bytes, offset);
  }
}

class Node {
  readonly cached = new Bytes();
  readonly durable = new Bytes();
  readonly dirty = new Set<number>();
  lockedBy: object | undefined;

  touch(offset: number, length: number): void {
    const last = Math.floor(Math.max(offset, offset + length - 1) / SECTOR);
    for (let sector = Math.floor(offset / SECTOR); sector <= last; sector++) this.dirty.add(sector);
  }

  sync(): void {
    this.durable.resize(this.cached.size);
    for (const sector of this.dirty) copySector(this.cached, this.durable, sector);
    this.dirty.clear();
  }

  cut(keeps: (sector: number) => boolean): void {
    const kept = [...this.dirty].sort((a, b) => a - b).filter(keeps);
    const lastKept = kept.at(-1);
    const end = lastKept === undefined ? 0 : Math.min(this.cached.size, (lastKept + 1) * SECTOR);
    this.durable.resize(Math.max(this.durable.size, end));
    for (const sector of kept) copySector(this.cached, this.durable, sector);
    this.dirty.clear();
    this.cached.resize(this.durable.size);
    this.cached.data.set(this.durable.data.subarray(0, this.durable.size));
  }
}

function copySector(from: Bytes, to: Bytes, sector: number): void {
  const start = sector * SECTOR;
  const end = Math.min(start + SECTOR, from.size, to.size);
  if (end > start) to.data.set(from.data.subarray(start, end), start);
}

/** The disk. One process at a time has it; `crash` ends that one. */
export class MemoryDisk implements Disk {
  /** Bytes that fit on it, counted by file sizes. */
  capacityBytes = Infinity;
  readonly #directories = new Map<string, Node>([["", new Node()], [".", new Node()]]);
  readonly #durableDirectories = new Set(["", "."]);
  #entries = new Map<string, Node>();
  #durableEntries = new Map<string, Node>();
  #faults: { fault: DiskFault; calls: number }[] = [];
  #life = {};
  #openFiles = 0;
  #opened = 0;

  /** Arms a fault. */
  inject(fault: DiskFault): void {
    this.#faults.push({ fault, calls: 0 });
  }

  /** Disarms all faults. */
  heal(): void {
    this.#faults = [];
  }

  /** Files that were opened and not closed: a process has only so many. */
  get openFiles(): number {
    return this.#openFiles;
  }

  /** How often a file was opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Ends the process: its files and locks are gone; of what was not synced stays what is kept. */
  crash(keep: CrashKeep): void {
    this.#life = {};
    this.#openFiles = 0;
    for (const node of this.#nodes()) node.lockedBy = undefined;
    if (keep === "all") return;
    const keeps = keep === "none" ? (): boolean => false : keep;
    for (const node of this.#nodes()) node.cut(keeps);
    for (const path of this.#directories.keys()) {
      if (!this.#isDurable(path)) this.#directories.delete(path);
    }
    this.#entries = new Map([...this.#durableEntries].filter(([path]) => this.#isKept(path)));
    this.#durableEntries = new Map(this.#entries);
  }

  /** Returns a copy of a file's bytes as a reader sees them now. */
  read(path: string): Uint8Array {
    const { cached } = this.#node(path);
    return cached.data.slice(0, cached.size);
  }

  /** Returns a look at a file's bytes as a power cut now would leave them; not to be kept. */
  durable(path: string): Uint8Array {
    const { durable } = this.#node(path);
    return durable.data.subarray(0, durable.size);
  }

  /** Puts a file there, durable. */
  put(path: string, bytes: Uint8Array): void {
    const node = new Node();
    node.cached.write(bytes, 0);
    node.touch(0, bytes.length);
    node.sync();
    this.#entries.set(path, node);
    this.#durableEntries.set(path, node);
    this.makeDirectory(parentOf(path));
    for (let at = parentOf(path); at !== ""; at = parentOf(at)) this.#durableDirectories.add(at);
  }

  /** Returns a disk with the same durable and cached contents and no open files. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const directory of this.#directories.keys()) copy.makeDirectory(directory);
    for (const path of this.#entries.keys()) copy.put(path, this.read(path));
    return copy;
  }

  open(path: string, access: "read" | "write" | "create"): DiskFile {
    this.#enter("open", path);
    const directory = this.#directories.get(path);
    if (directory !== undefined) return this.#handle(path, directory);
    if (!this.#entries.has(path)) {
      if (access !== "create") throw missing(path);
      if (!this.#directories.has(parentOf(path))) throw missing(parentOf(path));
      this.#entries.set(path, new Node());
    }
    return this.#handle(path, this.#node(path));
  }

  exists(path: string): boolean {
    return this.#entries.has(path) || this.#directories.has(path);
  }

  list(directory: string): string[] {
    if (!this.#directories.has(directory)) throw missing(directory);
    return [...this.#entries.keys()].filter((path) => parentOf(path) === directory)
      .map((path) => path.slice(directory.length + 1)).sort();
  }

  /** One that is in no other, as a state directory, is the operator's, and there. */
  makeDirectory(path: string): void {
    for (let at = path; at !== "" && !this.#directories.has(at); at = parentOf(at)) {
      this.#directories.set(at, new Node());
      if (parentOf(at) === "") this.#durableDirectories.add(at);
    }
  }

  rename(from: string, to: string): void {
    this.#enter("rename", to);
    const node = this.#node(from);
    this.#entries.delete(from);
    this.#entries.set(to, node);
  }

  remove(path: string): void {
    this.#enter("remove", path);
    this.#node(path);
    this.#entries.delete(path);
  }

  syncDirectory(path: string): void {
    if (this.#enter("syncDirectory", path) === "lose") return;
    for (const name of this.#directories.keys()) {
      if (parentOf(name) === path) this.#durableDirectories.add(name);
    }
    for (const name of this.#durableEntries.keys()) {
      if (parentOf(name) === path && !this.#entries.has(name)) this.#durableEntries.delete(name);
    }
    for (const [name, node] of this.#entries) {
      if (parentOf(name) === path) this.#durableEntries.set(name, node);
    }
  }

  /** A name is found through those of all directories above it. */
  #isKept(path: string): boolean {
    return this.#isDurable(parentOf(path));
  }

  #isDurable(directory: string): boolean {
    return this.#durableDirectories.has(directory) &&
      (directory === "" || this.#isDurable(parentOf(directory)));
  }

  freeBytes(): number | undefined {
    return this.capacityBytes === Infinity ? undefined : this.capacityBytes - this.#usedBytes();
  }

  #handle(path: string, node: Node): DiskFile {
    const life = this.#life;
    const owner = {};
    let isOpen = true;
    this.#openFiles += 1;
    this.#opened += 1;
    const alive = (operation: DiskFault["operation"]): "lose" | "forget" | undefined => {
      if (life !== this.#life) throw new DiskError("Io", `${path} belongs to a dead process`);
      return this.#enter(operation, path);
    };
    return {
      readAt: (buffer, offset) => {
        const end = Math.min(node.cached.size, offset + buffer.length);
        if (end <= offset) return 0;
        buffer.set(node.cached.data.subarray(offset, end));
        return end - offset;
      },
      writeAt: (bytes, offset) => {
        alive("writeAt");
        this.#checkRoom(path, Math.max(0, offset + bytes.length - node.cached.size));
        node.cached.write(bytes, offset);
        node.touch(offset, bytes.length);
      },
      syncData: () => {
        const effect = alive("syncData");
        if (effect === "lose") return;
        if (effect === "forget") {
          node.dirty.clear();
          throw new DiskError("Io", `syncData ${path}: Io`);
        }
        const isResized = node.cached.size !== node.durable.size;
        node.sync();
        // Journalling file systems commit an entry with the size of its file. A pure overwrite changes
        // none, and commits nothing: a name that waits goes on waiting. Source: fdatasync(2).
        const isNamed = this.#entries.get(path) === node;
        if (isResized && isNamed) this.#durableEntries.set(path, node);
      },
      size: () => node.cached.size,
      truncate: (size) => {
        alive("truncate");
        node.cached.resize(size);
        node.touch(Math.max(0, size - 1), 1);
      },
      tryLock: () => {
        if (node.lockedBy !== undefined && node.lockedBy !== owner) return false;
        node.lockedBy = owner;
        return true;
      },
      close: () => {
        if (isOpen && life === this.#life) this.#openFiles -= 1;
        isOpen = false;
        if (node.lockedBy === owner) node.lockedBy = undefined;
      },
    };
  }

  #enter(operation: DiskFault["operation"], path: string): "lose" | "forget" | undefined {
    const met = this.#faults.filter(({ fault }) =>
      fault.operation === operation && path.includes(fault.path ?? "")
    );
    for (const armed of met) armed.calls += 1;
    const due = met.find(({ fault, calls }) => calls === fault.onCall)?.fault;
    if (due === undefined) return undefined;
    if (due.effect === "lose" || due.effect === "forget") return due.effect;
    throw new DiskError(due.effect, `${operation} ${path}: ${due.effect}`);
  }

  #checkRoom(path: string, more: number): void {
    if (this.capacityBytes === Infinity) return;
    if (this.#usedBytes() + more > this.capacityBytes) {
      throw new DiskError("NoSpace", `writeAt ${path}: no space left on device`);
    }
  }

  #usedBytes(): number {
    let used = 0;
    for (const node of this.#entries.values()) used += node.cached.size;
    return used;
  }

  #nodes(): Set<Node> {
    return new Set([
      ...this.#entries.values(),
      ...this.#durableEntries.values(),
      ...this.#directories.values(),
    ]);
  }

  #node(path: string): Node {
    const node = this.#entries.get(path);
    if (node === undefined) throw missing(path);
    return node;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function missing(path: string): DiskError {
  return new DiskError("NotFound", `${path}: no such file or directory`);
}
