export interface PdfPage {
  content: string;
  /** More entries of the page's dictionary. */
  page?: string;
  /** A picture that the content may draw as `/Im`. */
  picture?: { data: Buffer; dict: string };
}

/** A page of 200 × 300 points that a JPEG fills. */
export function imagePage(
  data: Buffer,
  width: number,
  height: number,
  { after = '', page = '', image = '' }: { after?: string; page?: string; image?: string } = {},
): PdfPage {
  const dict = `/Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode ${image}`;
  return {
    content: `q 200 0 0 300 0 0 cm /Im Do Q ${after}`,
    page: `/MediaBox [0 0 200 300] ${page}`,
    picture: { data, dict },
  };
}

/** Writes a PDF with a classic table; objects of page n are 3n+4 (page), 3n+5 (content), 3n+6 (picture). */
export function buildPdf(pages: PdfPage[]): Buffer {
  const kids = pages.map((_, n) => `${3 * n + 4} 0 R`).join(' ');
  const objects: (Buffer | string)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [n, { content, page = '', picture }] of pages.entries()) {
    const xobject = picture ? `/XObject << /Im ${3 * n + 6} 0 R >>` : '';
    objects.push(
      `<< /Type /Page /Parent 2 0 R /Contents ${3 * n + 5} 0 R /Resources << /Font << /F1 3 0 R >> ${xobject} >> ${page} >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      Buffer.concat([
        Buffer.from(`<< ${picture?.dict ?? ''} /Length ${picture?.data.length ?? 0} >>\nstream\n`),
        picture?.data ?? Buffer.alloc(0),
        Buffer.from('\nendstream'),
      ]),
    );
  }
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    offsets.push(at);
    const bytes = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
    parts.push(bytes);
    at += bytes.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
