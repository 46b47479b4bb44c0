/** How often an answer that the service pauses is continued. The next pause ends it with the reason `pause`. */
export const maxPauses = 10;
