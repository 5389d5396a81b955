import { fail } from '../base/errors';
import { makePoster, pictureSize, pictureType, type Picture } from './image';

/** Type and size of a picture that was decoded to its end to be sure that it is one. Throws coded errors. */
export async function examinePicture(input: Buffer): Promise<Pick<Picture, 'mediaType' | 'width' | 'height'>> {
  await makePoster(input, 16);
  const [mediaType, size] = [pictureType(input), pictureSize(input)];
  if (mediaType === null || size === null) throw fail('ERR_2003', { reason: 'no size' });
  return { mediaType, ...size };
}
