import { api, type Member, type Role, type SignInLink } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, ConfirmDialog, EmptyState, ErrorState, Field, IconButton, Input, Menu, MenuItem, MenuSeparator, Panel, Select, SkeletonRows, Table, Td, Th, toast, Tr } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { membersQuery } from "../queries";
import { PageFrame, useTitle } from "../shell/page";
import { useMay, useMe } from "../shell/session";
import { FormDialog, SecretDialog } from "./dialogs";

export const ROLES: readonly { value: Role; name: string; may: string }[] = [
  { value: "annotator", name: "Annotator", may: "labels photos" },
  { value: "reviewer", name: "Reviewer", may: "labels, and rules where people disagree" },
  { value: "manager", name: "Manager", may: "makes projects, adds data, sees and exports everything" },
  { value: "owner", name: "Owner", may: "all of that, and members, keys and webhooks" },
  { value: "auditor", name: "Auditor", may: "reads everything and changes nothing" },
];

export function MembersPage() {
  useTitle("Members");
  const me = useMe();
  const mayWrite = useMay("member.write");
  const query = useQuery(membersQuery);
  const [inviting, setInviting] = useState(false);
  const [disabling, setDisabling] = useState<Member | null>(null);
  const [link, setLink] = useState<{ name: string; link: SignInLink } | null>(null);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["members"] });

  const change = useMutation({
    mutationFn: ({ member, ...wanted }: { member: Member; role?: Role; disabled?: boolean }) => api.members.change(member.id, wanted),
    onSuccess: async (member, wanted) => {
      await refresh();
      setDisabling(null);
      toast(wanted.role ? `${member.name} is now ${member.role}` : wanted.disabled ? `${member.name} can no longer sign in` : `${member.name} may sign in again`);
    },
    onError: (error) => toast(error.message, "danger"),
  });
  const newLink = useMutation({
    mutationFn: (member: Member) => api.members.signInLink(member.id),
    onSuccess: (made, member) => setLink({ name: member.name, link: made }),
    onError: (error) => toast(error.message, "danger"),
  });

  const members = query.data?.items ?? [];
  return (
    <PageFrame
      title="Members"
      description="People of this organization and what they may do. Everybody signs in by a personal link."
      actions={mayWrite && <Button variant="primary" icon="add" onClick={() => setInviting(true)}>Invite</Button>}
    >
      <Panel flush>
        {query.isPending ? (
          <SkeletonRows />
        ) : query.isLoadingError ? (
          <ErrorState title="The members could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : members.length === 0 ? (
          <EmptyState icon="people" title="Nobody here yet" />
        ) : (
          <Table label="Members">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Role</Th>
                <Th>Last seen</Th>
                {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
              </tr>
            </thead>
            <tbody>
              {members.map((member) => {
                const self = member.id === me.member_id;
                return (
                  <Tr key={member.id}>
                    <Td className="min-w-52">
                      <span className="flex items-center gap-2">
                        <span className={member.disabled_at ? "text-muted" : "font-medium"}>{member.name}</span>
                        {self && <Badge tone="accent">you</Badge>}
                        {member.disabled_at && <Badge tone="danger">disabled</Badge>}
                      </span>
                      <span className="block text-2 text-muted">{member.email}</span>
                    </Td>
                    <Td>
                      {mayWrite && !self && !member.disabled_at ? (
                        <Select
                          aria-label={`Role of ${member.name}`}
                          className="w-32"
                          value={member.role}
                          disabled={change.isPending}
                          onChange={(event) => change.mutate({ member, role: event.target.value as Role })}
                        >
                          {ROLES.map((role) => (
                            <option key={role.value} value={role.value}>
                              {role.name}
                            </option>
                          ))}
                        </Select>
                      ) : (
                        <span className="capitalize">{member.role}</span>
                      )}
                    </Td>
                    <Td className="whitespace-nowrap text-muted">{member.last_seen_at ? ago(member.last_seen_at, Date.now()) : "never"}</Td>
                    {mayWrite && (
                      <Td className="text-right">
                        <Menu trigger={<IconButton icon="more" label={`More for ${member.name}`} size="small" />}>
                          <MenuItem icon="link" disabled={member.disabled_at !== null} onSelect={() => newLink.mutate(member)}>
                            New sign-in link
                          </MenuItem>
                          <MenuSeparator />
                          {member.disabled_at ? (
                            <MenuItem icon="play" onSelect={() => change.mutate({ member, disabled: false })}>Enable</MenuItem>
                          ) : (
                            <MenuItem icon="pause" danger disabled={self} onSelect={() => setDisabling(member)}>Disable</MenuItem>
                          )}
                        </Menu>
                      </Td>
                    )}
                  </Tr>
                );
              })}
            </tbody>
          </Table>
        )}
      </Panel>

      <section className="text-2 text-muted" aria-label="What each role may do">
        <ul className="grid gap-1 sm:grid-cols-2">
          {ROLES.map((role) => (
            <li key={role.value}>
              <span className="font-medium text-text">{role.name}</span>: {role.may}
            </li>
          ))}
        </ul>
      </section>

      {inviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onInvited={async (member) => {
            setInviting(false);
            await refresh();
            newLink.mutate(member);
          }}
        />
      )}
      {disabling && (
        <ConfirmDialog
          title={`Disable ${disabling.name}?`}
          description="They are signed out everywhere and can no longer sign in. What they did stays. You can enable them again."
          confirmLabel="Disable"
          variant="danger"
          busy={change.isPending}
          onConfirm={() => change.mutate({ member: disabling, disabled: true })}
          onClose={() => setDisabling(null)}
        />
      )}
      {link && (
        <SecretDialog
          title={`Sign-in link for ${link.name}`}
          description="Send it to them by a way only they can read. It works once and is shown only now."
          label="Sign-in link"
          value={new URL(link.link.url, window.location.origin).href}
          onClose={() => setLink(null)}
        >
          {link.link.expires_at && `Expires ${ago(link.link.expires_at, Date.now())}.`}
        </SecretDialog>
      )}
    </PageFrame>
  );
}

function InviteDialog({ onClose, onInvited }: { onClose: () => void; onInvited: (member: Member) => void }) {
  const form = useForm({ name: "", email: "", role: "annotator" as Role }, api.members.invite);
  return (
    <FormDialog title="Invite somebody" description="You get a sign-in link to send them." form={form} fields={["name", "email", "role"]} submitLabel="Invite" onClose={onClose} onDone={onInvited}>
      <Field label="Name" error={form.problems.at("name")}>
        {(control) => <Input {...control} data-autofocus required maxLength={200} autoComplete="off" value={form.value.name} onChange={(event) => form.set({ name: event.target.value })} />}
      </Field>
      <Field label="Email" error={form.problems.at("email")}>
        {(control) => <Input {...control} type="email" required autoComplete="off" value={form.value.email} onChange={(event) => form.set({ email: event.target.value })} />}
      </Field>
      <Field label="Role" hint={`${ROLES.find((role) => role.value === form.value.role)?.name}: ${ROLES.find((role) => role.value === form.value.role)?.may}.`} error={form.problems.at("role")}>
        {(control) => (
          <Select {...control} value={form.value.role} onChange={(event) => form.set({ role: event.target.value as Role })}>
            {ROLES.map((role) => (
              <option key={role.value} value={role.value}>
                {role.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}
