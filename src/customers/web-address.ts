/** Whether a text is the http or https URL of something. Pure, and without what the other formats need. */
export const isWebAddress = (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
