import { useQuery } from "@tanstack/react-query";
import { useMode } from "./MarketLayout";
import { freelancerQuery } from "./queries";

/** What a freelancer is called; the beginning of their id as long as nobody can say. */
export function Freelancer({ id }: { id: string }) {
  const found = useQuery(freelancerQuery(id, useMode())).data;
  if (!found) return <span className="font-mono text-2 text-muted">{id.slice(-8)}</span>;
  const { record } = found;
  return (
    <span title={`${record.approved} of ${record.submitted} answers approved on the market (${record.percent} %); ${found.approved} by you`}>
      {found.shown_name}
    </span>
  );
}
