/** A way to narrow a list of books. */
export interface Facet {
  title: string;
  href: string;
  active?: boolean;
  /** How many books it leads to; true or absent. */
  count?: number | null;
}

/** Facets of which at most one is active. Apps without facets (Panels, Chunky) need the important ones as navigation too. */
export interface FacetGroup {
  title: string;
  facets: Facet[];
}
