// Short names for the shapes of openapi.json; schema.d.ts is generated from it by `npm run types`.
import type { components, operations } from "./schema";

type Shapes = components["schemas"];

export type Item = Shapes["Item"];
export type Shown = Shapes["Shown"];
export type Reason = Shapes["Reason"];
export type Listed = Shapes["Listed"];
export type Found = Shapes["Found"];
export type ItemPage = Shapes["ItemPage"];
export type SearchRequest =
  operations["search"]["requestBody"]["content"]["application/json"];
export type Suggestion = Shapes["Suggestion"];
export type Suggestions = Shapes["Suggestions"];
export type Facet = Shapes["Facet"];
export type Facets = Shapes["Facets"];
export type ShopEvent = Shapes["Event"];
export type EventKind = Shapes["EventKind"];
export type Taken = Shapes["Taken"];
export type KnownUser = Shapes["KnownUser"];
export type Forgotten = Shapes["Forgotten"];
export type Garment = Shapes["Garment"];
export type Garments = Shapes["Garments"];
export type Fault = Shapes["Fault"];
export type Lab = Shapes["Lab"];
export type LabTable = Shapes["LabTable"];
export type LabCourse = Shapes["LabCourse"];
export type LabUser = Shapes["LabUser"];
export type LabPlace = Shapes["LabPlace"];
