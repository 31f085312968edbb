/** Test files that a run leaves out, each with its reason. The summary names them, so that none is forgotten. */
export type Exclusion = { readonly file: string; readonly reason: string }

export const exclusions: readonly Exclusion[] = []
