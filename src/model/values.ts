/** Values inside jsonb columns. */
export type { AlternateTitle, Author, FieldOrigin, Link } from '../base/values';
