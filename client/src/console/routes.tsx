import { createBrowserRouter, Navigate } from "react-router";
import { BrokenPage } from "./feedback/broken_page.tsx";
import { Loading } from "./feedback/loading.tsx";
import { NotFound } from "./feedback/not_found.tsx";
import { SignedIn } from "./shell/signed_in.tsx";
import { SignIn } from "./sign_in/sign_in.tsx";

/** Every page but sign-in is a chunk of its own; a page opens when someone with its role is signed in. */
export const router = createBrowserRouter([
  {
    ErrorBoundary: BrokenPage,
    HydrateFallback: Loading,
    children: [
      { path: "/sign-in", Component: SignIn },
      { path: "/setup", lazy: () => import("./setup/setup.tsx") },
      {
        element: <SignedIn roles={["lead", "observer", "admin"]} />,
        children: [
          {
            lazy: () => import("./shell/signed_in_frame.tsx"),
            children: [
              {
                lazy: async () => ({ Component: (await import("./shell/shell.tsx")).Shell }),
                children: [
                  {
                    element: <SignedIn roles={["lead", "observer"]} otherwise="/accounts" />,
                    children: [
                      { index: true, lazy: () => import("./today/today.tsx") },
                      { path: "/patients", lazy: () => import("./patients/patients.tsx") },
                      { path: "/patients/:patientId", lazy: () => import("./patient/patient.tsx") },
                      { path: "/sessions/:sessionId/report", lazy: () => import("./report/report.tsx") },
                    ],
                  },
                  {
                    element: <SignedIn roles={["admin"]} otherwise="/" />,
                    children: [
                      { path: "/accounts", lazy: () => import("./accounts/accounts.tsx") },
                      { path: "/audit", lazy: () => import("./audit/audit.tsx") },
                    ],
                  },
                  { path: "*", Component: NotFound },
                ],
              },
              {
                element: <SignedIn roles={["lead", "observer"]} otherwise="/accounts" />,
                children: [
                  { path: "/sessions/:sessionId/live", lazy: () => import("./live/live.tsx") },
                  { path: "/sessions/:sessionId/replay", lazy: () => import("./replay/replay.tsx") },
                ],
              },
            ],
          },
        ],
      },
      { path: "*", element: <Navigate to="/" replace /> },
    ],
  },
]);
