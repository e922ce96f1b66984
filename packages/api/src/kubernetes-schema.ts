import { z } from 'zod'

/** One CEL rule as schema metadata (`x-kubernetes-validations` of a CustomResourceDefinition). */
export function rule(expression: string, message: string) {
  return { 'x-kubernetes-validations': [{ rule: expression, message }] }
}

/** An object whose fields belong to another API: stored as given, not looked into. */
export function openObject(description: string) {
  return z
    .record(z.string(), z.unknown())
    .meta({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })
    .describe(description)
}

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'

/** Name of a namespaced object (RFC 1123 subdomain). */
export function objectName(field: string) {
  return z
    .string()
    .min(1)
    .max(253)
    .meta(
      rule(
        `self.matches('^${DNS_LABEL}(\\\\.${DNS_LABEL})*$')`,
        `${field} must be the name of an object: lower-case letters, digits, "-" and "."; replace the placeholder if this is one`,
      ),
    )
}

const HOST = '[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*(:[0-9]+)?'
const PATH_PART = '[a-z0-9]+((\\\\.|_|__|-+)[a-z0-9]+)*'

/** Image reference, by the grammar of the OCI distribution specification ("Pulling manifests"). */
export function imageReference(field: string) {
  return z
    .string()
    .min(1)
    .max(512)
    .meta(
      rule(
        `self.matches('^(${HOST}/)?${PATH_PART}(/${PATH_PART})*(:[a-zA-Z0-9_][-.a-zA-Z0-9_]{0,127})?(@sha256:[a-f0-9]{64})?$')`,
        `${field} is not an image reference; write registry/repository:tag with a lower-case repository; replace the placeholder if this is one`,
      ),
    )
}
