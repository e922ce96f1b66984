/** Which order a Deployment was rendered from; it changes when the Workspace does, not when this software does. */
export const ORDER_HASH_ANNOTATION = 'kaito.sh/order-hash'
