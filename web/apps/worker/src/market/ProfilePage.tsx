/** What a freelancer says of themselves, what their work came to; and joining, which is saying it the first time. */

import { ApiError } from "@assay/client";
import { Badge, Button, Checkbox, Field, Input, Panel, Select, toast } from "@assay/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { go } from "../route";
import { type Profile, type ProfileChange, market } from "./api";
import { countries, languageName } from "./places-of-the-world";
import { marketPath } from "./places";
import { PageHead, Shell, thumb } from "./Shell";
import { TagsInput } from "./TagsInput";
import { useMode } from "./world";

export const ProfilePage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="profile" onSignedOut={onSignedOut} forAll>
    {(profile) => <Person key={profile?.freelancer_id ?? "new"} profile={profile} />}
  </Shell>
);

function Person({ profile }: { profile: Profile | null }) {
  const mode = useMode();
  const queries = useQueryClient();
  const [shownName, setShownName] = useState(profile?.shown_name ?? "");
  const [country, setCountry] = useState(profile?.country ?? "");
  const [subdivision, setSubdivision] = useState(profile?.subdivision ?? "");
  const [languages, setLanguages] = useState<readonly string[]>(profile?.languages ?? [navigator.language]);
  const [skills, setSkills] = useState<readonly string[]>(profile?.skills ?? []);
  const [adult, setAdult] = useState(profile?.adult ?? false);
  const said: ProfileChange = { ...(shownName.trim() ? { shown_name: shownName.trim() } : {}), country, subdivision: country ? subdivision.trim() : "", languages: [...languages], skills: [...skills], adult };
  const save = useMutation({
    mutationFn: () => (profile ? market.changeProfile(said) : market.join(said)),
    onSuccess: (saved) => {
      queries.setQueryData(["market", "profile", mode], saved);
      void queries.invalidateQueries({ queryKey: ["market"] });
      toast(profile ? "Saved." : "Welcome. Here is what there is to do.");
      if (!profile) go(marketPath("jobs"));
    },
  });
  const problems = save.error instanceof ApiError ? save.error.problems : [];
  const problem = (name: string): string | undefined => problems.find((one) => one.field === name || one.field.startsWith(`${name}[`))?.message;
  return (
    <>
      <PageHead title={profile ? "Profile" : "Join the market"}>
        {profile
          ? "Requesters see what you are called, where you live, what you speak and what you can do. Never your name or address."
          : "Requesters look for people by where they live, what they speak and what they can do. You can change all of it later."}
      </PageHead>
      {profile && <Record profile={profile} />}
      <form
        noValidate
        aria-label="Profile"
        className="bg-surface border border-border rounded-large p-4 grid grid-cols-2 max-md:grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        <Field label="What requesters call you" optional={!profile} hint={profile ? undefined : "You get a made-up name where you leave this empty."} error={problem("shown_name")} className="col-span-full">
          {(control) => <Input {...control} maxLength={100} autoComplete="nickname" value={shownName} onChange={(event) => setShownName(event.target.value)} className={thumb()} />}
        </Field>
        <Field label="Country" error={problem("country")}>
          {(control) => (
            <Select {...control} value={country} onChange={(event) => setCountry(event.target.value)}>
              <option value="">Not said</option>
              {countries().map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="State or region" optional hint="The second half of its ISO code: CA for California." error={problem("subdivision")}>
          {(control) => <Input {...control} maxLength={3} disabled={!country} value={subdivision} onChange={(event) => setSubdivision(event.target.value.toUpperCase())} className={thumb()} />}
        </Field>
        <Field label="Languages" hint="As codes: en, de, pt-BR. Press Enter after each." error={problem("languages")}>
          {(control) => <TagsInput {...control} values={languages} onValues={setLanguages} nameOf={languageName} />}
        </Field>
        <Field label="Skills" optional hint="Such as transcription, botany, sewing. Press Enter after each." error={problem("skills")}>
          {(control) => <TagsInput {...control} values={skills} onValues={setSkills} />}
        </Field>
        <Checkbox className="col-span-full" label="I am of age, and agree to see what is for adults" checked={adult} onChange={(event) => setAdult(event.target.checked)} />
        <div className="col-span-full flex items-center gap-3 justify-end">
          {save.isError && problems.length === 0 && (
            <p role="alert" className="text-3 text-danger grow">
              {save.error.message}
            </p>
          )}
          <Button type="submit" variant="primary" busy={save.isPending} className={thumb()}>
            {profile ? "Save" : "Join"}
          </Button>
        </div>
      </form>
    </>
  );
}

function Record({ profile }: { profile: Profile }) {
  const { record } = profile;
  const parts = [
    ["Handed in", record.submitted],
    ["Approved", record.approved],
    ["Rejected", record.rejected],
    ["Requesters", record.requesters],
  ] as const;
  return (
    <Panel
      title="Your record"
      actions={
        <span className="flex gap-2">
          {profile.masters && <Badge tone="accent" icon="star">Master</Badge>}
          <Badge tone={record.percent >= 95 ? "ok" : record.percent >= 80 ? "neutral" : "warn"}>{record.percent}% approved</Badge>
        </span>
      }
    >
      <dl className="grid grid-cols-4 max-md:grid-cols-2 gap-3">
        {parts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-2 text-muted">{name}</dt>
            <dd className="text-5 font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {record.rejected > record.counted && <p className="text-2 text-muted mt-3">Of {record.rejected} rejections {record.counted} count: those of one requester count only up to a bound.</p>}
      {record.contested > 0 && <p className="text-2 text-muted mt-1">{record.contested} under appeal or held back count nowhere.</p>}
    </Panel>
  );
}
