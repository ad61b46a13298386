/** The shapes of the REST interface that the console uses, under short names. */

import type { components } from "./generated.ts";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type AccountRole = Schemas["AccountRole"];
export type Practitioner = Schemas["Practitioner"];
export type PractitionerNew = Schemas["PractitionerNew"];
export type PractitionerChange = Schemas["PractitionerChange"];
export type AuditPage = Schemas["AuditPage"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditVerification = Schemas["AuditVerification"];
export type Experience = Schemas["Experience"];
export type PatientSummary = Schemas["PatientSummary"];
export type Patient = Schemas["Patient"];
export type PatientNew = Schemas["PatientNew"];
export type ConsentPurpose = Schemas["Purpose"];
export type Consent = Schemas["Consent"];
export type ConsentState = Schemas["ConsentState"];
export type Screening = Schemas["Screening"];
export type ScreeningAnswers = Schemas["ScreeningAnswers"];
export type ScreeningNew = Schemas["ScreeningNew"];
export type Trend = Schemas["Trend"];
export type Session = Schemas["Session"];
export type SessionState = Schemas["SessionState"];
export type Report = Schemas["Report"];
export type ReportSummary = Schemas["ReportSummary"];
export type Series = Schemas["Series"];
export type TimelineEvent = Schemas["TimelineEvent"];
export type TimelineNote = Schemas["TimelineNote"];
export type Replay = Schemas["Replay"];
export type Frame = Schemas["Frame"];
