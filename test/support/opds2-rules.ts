/**
 * Our own rules for OPDS 2.0 documents (reference/opds.md §4, what one document can show and the schemas do not): feeds,
 * publications and manifests. A list of what is wrong, empty when the document is fit to be sent.
 */
export function opds2Problems(document: unknown, options: { contentType?: string } = {}): string[] {
  if (!isObject(document)) return ['the document is no object'];
  const problems = [...blankProblems(document), ...linksProblems(listOf(document, 'links'), 'feed')];
  problems.push(...(isFeed(document) ? feedProblems(document) : bookProblems(document, 'publication')));
  if ('readingOrder' in document) problems.push(...manifestProblems(document));
  if (options.contentType !== undefined) problems.push(...contentTypeProblems(document, options.contentType));
  return problems;
}

type Item = Record<string, unknown>;

const feedType = 'application/opds+json';
const onwardRels = ['subsection', 'http://opds-spec.org/sort/new', 'http://opds-spec.org/sort/popular'];

function isObject(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(item: Item, key: string): Item[] {
  const value = item[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function metadataOf(item: Item): Item {
  return isObject(item['metadata']) ? item['metadata'] : {};
}

const isFeed = (document: Item) => ['navigation', 'publications', 'groups', 'facets'].some((key) => key in document);
const withRel = (item: Item, rel: string) => listOf(item, 'links').filter((link) => link['rel'] === rel);
const textOf = (item: Item, key: string) => (typeof item[key] === 'string' ? item[key] : '');

/** No null, no blank text, list or object anywhere, but for `"groups": []` of an empty feed (opds.md §4.1-4.3). */
function blankProblems(value: unknown, where = ''): string[] {
  if (value === null) return [`${where} is null`];
  if (typeof value === 'string') return value.trim() === '' ? [`${where} is blank`] : [];
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value);
  if (entries.length === 0 && where !== '/groups' && where !== '/readingOrder') return [`${where} is empty`];
  return entries.flatMap(([key, item]) => blankProblems(item, `${where}/${key}`));
}

/** Every link typed, with a single rel, and an address that can be resolved. */
function linksProblems(links: Item[], where: string): string[] {
  return links.flatMap((link) => {
    const href = textOf(link, 'href');
    const problems: string[] = [];
    if (!/^(\/|https?:\/\/)/.test(href)) problems.push(`${where}: link with an unusable address ${href}`);
    if (textOf(link, 'type') === '') problems.push(`${where}: link without type ${href}`);
    if ('rel' in link && typeof link['rel'] !== 'string') problems.push(`${where}: link with several rels ${href}`);
    if (/[{}]/.test(href) !== (link['templated'] === true))
      problems.push(`${where}: templated does not agree with ${href}`);
    return problems;
  });
}

function feedProblems(feed: Item): string[] {
  const problems: string[] = [];
  const self = withRel(feed, 'self');
  const start = withRel(feed, 'start');
  const search = withRel(feed, 'search');
  if (textOf(metadataOf(feed), 'title') === '') problems.push('the title is no plain text');
  if (self.length !== 1 || self[0]?.['type'] !== feedType) problems.push('feed without one typed self link');
  if (start.length !== 1) problems.push('feed without one start link');
  if (self[0]?.['href'] !== start[0]?.['href'] && withRel(feed, 'up').length !== 1)
    problems.push('feed below the root without up');
  if (search.length !== 1 || !textOf(search[0] ?? {}, 'href').endsWith('{?query}'))
    problems.push('feed without search template');
  problems.push(...listOf(feed, 'navigation').flatMap(navigationProblems), ...pagingProblems(feed));
  problems.push(...listOf(feed, 'groups').flatMap(groupProblems), ...listOf(feed, 'facets').flatMap(facetProblems));
  return [...problems, ...booksProblems(listOf(feed, 'publications'))];
}

function navigationProblems(link: Item): string[] {
  const problems = linksProblems([link], 'navigation');
  if (textOf(link, 'title') === '') problems.push(`navigation without title: ${textOf(link, 'href')}`);
  if (link['type'] !== feedType) problems.push(`navigation of type ${textOf(link, 'type')}`);
  if (!onwardRels.includes(textOf(link, 'rel'))) problems.push(`navigation with rel ${textOf(link, 'rel')}`);
  return problems;
}

/** KOReader shows a group of publications only as its first link (opds.md §4.6). */
function groupProblems(group: Item): string[] {
  const title = textOf(metadataOf(group), 'title');
  const [first] = listOf(group, 'links');
  const problems: string[] = [];
  if (title === '') problems.push('group without title');
  if (first?.['rel'] !== 'self' || first['type'] !== feedType)
    problems.push(`group ${title}: the first link is not a typed self`);
  if ('navigation' in group === 'publications' in group)
    problems.push(`group ${title}: either navigation or publications`);
  problems.push(...listOf(group, 'navigation').flatMap(navigationProblems));
  return [...problems, ...booksProblems(listOf(group, 'publications'))];
}

function facetProblems(facet: Item): string[] {
  const title = textOf(metadataOf(facet), 'title');
  const links = listOf(facet, 'links');
  const problems = linksProblems(links, `facet ${title}`);
  if (title === '') problems.push('facet without title');
  if (links.length < 2) problems.push(`facet ${title} offers no choice`);
  if (links.filter((link) => link['rel'] === 'self').length > 1) problems.push(`facet ${title} has two active links`);
  if (links.some((link) => textOf(link, 'title') === '')) problems.push(`facet ${title}: link without title`);
  return problems;
}

function pagingProblems(feed: Item): string[] {
  const { numberOfItems: total, itemsPerPage: size, currentPage: page } = metadataOf(feed);
  const isPaged = page !== undefined || withRel(feed, 'next').length > 0 || withRel(feed, 'previous').length > 0;
  if (!isPaged) return [];
  if (typeof total !== 'number' || typeof size !== 'number' || typeof page !== 'number')
    return ['paged feed without its numbers'];
  const problems: string[] = [];
  const has = (rel: string) => withRel(feed, rel).length === 1;
  if (has('next') !== page * size < total) problems.push('next is there exactly when something follows');
  if (has('previous') !== page > 1) problems.push('previous is there exactly when something precedes');
  if (!has('first') || !has('last')) problems.push('paged feed without first or last');
  const due = Math.max(0, Math.min(size, total - (page - 1) * size));
  const held = Math.max(listOf(feed, 'publications').length, listOf(feed, 'navigation').length);
  if (held !== due) problems.push(`page holds ${held} things, ${due} by its numbers`);
  return problems;
}

function booksProblems(books: Item[]): string[] {
  const documents = books.map((book) => withRel(book, 'self')[0]?.['href']);
  const twice = new Set(documents).size < books.length ? ['a publication twice in one list'] : [];
  return [...twice, ...books.flatMap((book) => bookProblems(book, textOf(metadataOf(book), 'title')))];
}

/** What the schema lets through: no acquisition rel, images without type (opds.md §7). */
function bookProblems(book: Item, name: string): string[] {
  const problems = [...linksProblems(listOf(book, 'links'), name), ...linksProblems(listOf(book, 'images'), name)];
  const files = listOf(book, 'links').filter((link) =>
    textOf(link, 'rel').startsWith('http://opds-spec.org/acquisition'),
  );
  if (typeof metadataOf(book)['title'] !== 'string') problems.push(`${name}: the title is no plain text`);
  for (const key of ['identifier', 'modified', '@type']) {
    if (textOf(metadataOf(book), key) === '') problems.push(`${name}: metadata without ${key}`);
  }
  if (files.length === 0) problems.push(`${name}: without acquisition link`);
  if (withRel(book, 'self').length !== 1) problems.push(`${name}: without one self link`);
  for (const image of listOf(book, 'images')) {
    if (!textOf(image, 'rel').startsWith('http://opds-spec.org/image')) problems.push(`${name}: image without rel`);
    if ('width' in image !== 'height' in image) problems.push(`${name}: image with half a size`);
  }
  return problems;
}

/** Divina, PDF and EPUB manifests (opds.md §4.10). */
function manifestProblems(manifest: Item): string[] {
  const { conformsTo, numberOfPages } = metadataOf(manifest);
  const pages = listOf(manifest, 'readingOrder');
  const self = withRel(manifest, 'self')[0];
  const problems = linksProblems(pages, 'reading order');
  if (!textOf(manifest, '@context')) problems.push('manifest without @context');
  if (!/^https?:\/\//.test(textOf(self ?? {}, 'href'))) problems.push('the self link of a manifest is absolute');
  if (!String(conformsTo).endsWith('/divina')) return problems;
  if (self?.['type'] !== 'application/divina+json')
    problems.push('a Divina manifest links itself as application/divina+json');
  if (typeof numberOfPages === 'number' && numberOfPages !== pages.length)
    problems.push(`${numberOfPages} pages, ${pages.length} listed`);
  if (pages.some((page) => !textOf(page, 'type').startsWith('image/')))
    problems.push('a Divina manifest lists pictures only');
  return problems;
}

function contentTypeProblems(document: Item, contentType: string): string[] {
  const said = contentType.split(';')[0]?.trim();
  const self = withRel(document, 'self')[0];
  const expected = isFeed(document) ? feedType : self?.['type'];
  return said === expected ? [] : [`answered as ${contentType}, the document is ${String(expected)}`];
}
