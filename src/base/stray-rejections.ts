/** What pdf.js throws has its stack from where its classes were made, or from where it went wrong inside of it. */
const isOfPdf = (reason: unknown) => reason instanceof Error && /pdfjs-dist|pdf\.js/u.test(reason.stack ?? '');

/**
 * pdf.js lets go of promises that fail later, when somebody else's page is being made: without this, Node would end the thread
 * for a damaged PDF that was dealt with long ago. Anything else ends it as before. For threads that open books.
 */
export function outliveStrayRejections(): void {
  process.on('unhandledRejection', (reason) => {
    if (!isOfPdf(reason)) throw reason;
  });
}
