import type { Me, Permission } from "@assay/client";
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../queries";

/** Who is asking. Only below the shell, which waits for the answer. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Whether the signed-in member may do this. The server decides anyway; this only hides what would be refused. */
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}
