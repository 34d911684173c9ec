/**
 * The venues that the suite can be played on.
 * @module
 */
import type { Driver } from "../driver.ts";
import { PAPER_DRIVER } from "./paper.ts";

/** All of them, by name. */
export const DRIVERS: readonly Driver[] = [PAPER_DRIVER];
