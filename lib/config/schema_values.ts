import * as z from "zod/mini";
import { amount, count, seconds, text } from "./schema_types.ts";

// A schema of a value serves many keys, which saves a millisecond at every start; the docs hang on what wraps it.

/** An integer of at least 1. */
export const positive = count(1);
/** Seconds, fractions allowed. */
export const duration = seconds();
/** Yes or no. */
export const flag = z.boolean();
/** Texts of which none is empty. */
export const texts = z.array(text());
/** Texts by name. */
export const stringMap = z.record(z.string(), z.string());
/** A text that is not empty, or null. */
export const optionalText = z.nullable(text());
/** An integer of at least 1, or null. */
export const optionalCount = z.nullable(positive);
/** A number of at least 0, or null. */
export const optionalAmount = z.nullable(amount());
