export class PatchError extends Error {}
export function patchSsh2(root?: string): 'absent' | 'applied' | 'already applied'
