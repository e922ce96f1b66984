export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
export const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets'

/** A CustomResourceDefinition with a status subresource. */
export const WIDGET_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' } } },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
}

export function widget(name: string, fields: { metadata?: object; spec?: object; status?: object } = {}) {
  const { metadata = {}, ...rest } = fields
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, ...rest }
}
