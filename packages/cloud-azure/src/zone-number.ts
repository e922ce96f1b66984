/** Azure numbers zones; Kubernetes labels put the region in front. */
export function zoneNumber(zone: string, location: string): string {
  const prefix = `${location.toLowerCase()}-`
  return zone.toLowerCase().startsWith(prefix) ? zone.slice(prefix.length) : zone
}
