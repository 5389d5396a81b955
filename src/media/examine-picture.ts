import { fail } from '../base/errors';
import { isForeign } from './foreign-picture';
import { makePoster, pictureSize, pictureType, type Picture } from './image';

/**
 * Type and size of a picture that was decoded to its end to be sure that it is one. Throws coded errors; ERR_2005 for formats
 * whose decoders would stop the thread for up to a second, since this one answers requests.
 */
export async function examinePicture(input: Buffer): Promise<Pick<Picture, 'mediaType' | 'width' | 'height'>> {
  const [mediaType, size] = [pictureType(input), pictureSize(input)];
  if (mediaType !== null && isForeign(mediaType)) throw fail('ERR_2005', { type: mediaType });
  await makePoster(input, 16);
  if (mediaType === null || size === null) throw fail('ERR_2003', { reason: 'no size' });
  return { mediaType, ...size };
}
