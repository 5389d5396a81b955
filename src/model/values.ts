/** Values inside jsonb columns. */
export type { AlternateTitle, Author, FieldOrigin, Link, NameFacts } from '../base/values';
