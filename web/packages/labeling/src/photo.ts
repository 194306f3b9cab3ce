/** Photos, fetched and decoded off the main thread, ready to be drawn the moment they are asked for. */

import type { Photo } from "@assay/canvas";

export class PhotoUnavailable extends Error {
  override readonly name = "PhotoUnavailable";

  /** `status`: what the server answered; 0 when it could not be reached or the bytes are no picture. */
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/**
 * The decoded photo, in the orientation its EXIF data asks for.
 *
 * Raises `PhotoUnavailable`; a status of 403 means that the signed address has expired and must be asked for again.
 */
export async function loadPhoto(url: string, signal?: AbortSignal): Promise<Photo> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new PhotoUnavailable(0, "The photo could not be fetched. Check the connection.");
  }
  if (!response.ok) throw new PhotoUnavailable(response.status, `The photo could not be fetched (${response.status}).`);
  const blob = await response.blob();
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    throw new PhotoUnavailable(0, "This file is not a photo that the browser can show.");
  }
}

/** Gives a photo's memory back; a decoded one takes four bytes a pixel. */
export function releasePhoto(photo: Photo | null): void {
  if (photo instanceof ImageBitmap) photo.close();
}
