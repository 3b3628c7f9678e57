import { jobs } from "./jobs.js";

export const runs = () => jobs("RETRAINING", "Runs");
