/** The freelancer's pages and their paths. */

export const MARKET_PAGES = ["jobs", "queue", "history", "earnings", "qualifications", "profile"] as const;
export type MarketPage = (typeof MARKET_PAGES)[number];

export const marketPath = (page: MarketPage): string => `/work/${page}`;
export const engagementPath = (id: string): string => `/work/engagements/${id}`;
export const signUpPath = (marketId: string): string => `/work/sign-up?market=${marketId}`;
