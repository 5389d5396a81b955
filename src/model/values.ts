/** Values inside jsonb columns. */
export interface Author {
  name: string;
  /** Lower case: `writer`, `penciller`, `translator`, … */
  role: string;
}

export interface Link {
  label: string;
  url: string;
}

export interface AlternateTitle {
  label: string;
  title: string;
}

/** Who set a field of the metadata, and when (ISO): tells a later source what it may replace. */
export interface FieldOrigin {
  source: 'file' | 'mangadex' | 'person';
  at: string;
}
