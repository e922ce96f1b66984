/** The fields of a Workspace that name GPU sizes. */
export interface Sizes {
  instanceType?: string | undefined
  instanceTypes?: string[] | undefined
}

/** In the order of preference. */
export function namedSizes({ instanceType, instanceTypes = [] }: Sizes): string[] {
  return instanceType === undefined ? instanceTypes : [instanceType, ...instanceTypes]
}
