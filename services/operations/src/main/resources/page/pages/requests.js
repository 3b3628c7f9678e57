import { jobs } from "./jobs.js";

export const requests = () => jobs("SAMPLING", "Requests");
