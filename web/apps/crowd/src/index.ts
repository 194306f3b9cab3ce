/** Makes the `crowd-*` elements known. One classic script: pages load it as they always did. */

import * as chrome from "./chrome";
import * as classifiers from "./classifiers";
import { CrowdEntityAnnotation } from "./entities";
import * as fields from "./fields";
import { CrowdForm } from "./form";
import * as images from "./images";

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = { CrowdForm, CrowdEntityAnnotation, ...chrome, ...classifiers, ...fields, ...images };

for (const [name, element] of Object.entries(ELEMENTS)) {
  const tag = name.replace(/([a-z])([A-Z])/g, "$1-$2").toLowerCase();
  if (!customElements.get(tag)) customElements.define(tag, element);
}
