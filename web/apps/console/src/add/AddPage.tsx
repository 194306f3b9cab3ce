import { Segmented } from "@assay/ui";
import { useState } from "react";
import { FilePanel } from "./FilePanel";
import { Imports } from "./Imports";
import { PhotosPanel } from "./PhotosPanel";
import { UrlsPanel } from "./UrlsPanel";

type Way = "photos" | "urls" | "manifest" | "labels";

const WAYS = [
  { value: "photos", label: "Photos" },
  { value: "urls", label: "Addresses" },
  { value: "manifest", label: "Manifest" },
  { value: "labels", label: "Existing labels" },
] as const;

export function AddPage() {
  const [way, setWay] = useState<Way>("photos");
  return (
    <>
      <Segmented<Way> label="What to add" value={way} onValue={setWay} options={WAYS} className="self-start max-w-full overflow-x-auto" />
      {way === "photos" && <PhotosPanel />}
      {way === "urls" && <UrlsPanel />}
      {way === "manifest" && <FilePanel kind="manifest" key="manifest" />}
      {way === "labels" && <FilePanel kind="labels" key="labels" />}
      {way !== "photos" && <Imports />}
    </>
  );
}
