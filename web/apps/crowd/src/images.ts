/**
 * Elements that mark pictures. The marking itself is our labelling page, in a frame of the same origin: it keeps its own
 * look and keys, whatever page it stands in.
 */

import { isPreview, make } from "./element";
import { Desk } from "./regions";
import type { Asked, Drawn, Told } from "../../annotator/src/talk";
import { ready } from "../../annotator/src/talk";

const HELPER = /\/helpers\/[^/]*$/;
// Where this script came from: the frame's page is served beside it.
const here = (document.currentScript as HTMLScriptElement | null)?.src ?? location.origin;

abstract class Marking extends Desk {
  protected abstract readonly shape: Asked["shape"];
  private readonly frame = make("iframe", { title: "The picture, with tools to mark it" });
  private said: Drawn | null = null;

  protected draw(): void {
    this.work.append(this.frame);
    this.drawDesk();
    const asked: Asked = {
      shape: this.shape,
      src: new URL(this.text("src"), document.baseURI).href,
      labels: this.json<unknown[]>("labels", []).map((label) => (typeof label === "object" && label !== null && "label" in label ? String(label.label) : String(label))),
      initial: this.json<unknown>("initial-value", null),
      header: this.text("header"),
      locked: isPreview(),
    };
    window.addEventListener("message", (event: MessageEvent<Told>) => {
      if (event.source !== this.frame.contentWindow) return;
      if (event.data.type === "ready") this.frame.contentWindow?.postMessage({ type: "asked", asked }, new URL(here).origin);
      if (event.data.type === "drawn") {
        this.said = event.data.drawn;
        this.tell("change");
      }
    });
    this.frame.src = `${new URL(here).href.replace(HELPER, "")}/static/apps/annotator/index.html#${ready}`;
  }

  override get problem(): string | null {
    return this.said === null ? "The picture has not been loaded yet." : this.said.problem;
  }

  get answer(): unknown {
    return this.said?.answer;
  }
}

export class CrowdBoundingBox extends Marking {
  protected readonly shape = "bounding-box";
}
export class CrowdPolygon extends Marking {
  protected readonly shape = "polygon";
}
export class CrowdPolyline extends Marking {
  protected readonly shape = "polyline";
}
export class CrowdLine extends Marking {
  protected readonly shape = "line";
}
export class CrowdKeypoint extends Marking {
  protected readonly shape = "keypoint";
}
export class CrowdSemanticSegmentation extends Marking {
  protected readonly shape = "semantic-segmentation";
}
export class CrowdInstanceSegmentation extends Marking {
  protected readonly shape = "instance-segmentation";
}
