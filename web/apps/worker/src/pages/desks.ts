/** Which desk a kind of annotation is worked at. */

import type { MakeDesk } from "./desk";
import { documentDesk } from "./DocumentDesk";
import { formDesk } from "./FormDesk";
import { imageDesk } from "./ImageDesk";
import { textDesk } from "./TextDesk";

export const DESKS: Readonly<Record<string, MakeDesk>> = { image: imageDesk, form: formDesk, entities: textDesk, document: documentDesk };
